//! Slots, rules imported from another crate, raw blocks, baselines and NOTIFY hold for real programs.

use sandbox2::{Policy, Sandbox2, Status};

use crate::{executor, run};

sandbox2::policy! {
    static WRITER;

    baseline linux(5.10);
    use sandbox2_tests::policies::PRINTING;
    NOTIFY getppid;
    bpf dup3 {
        ARG_32(0);
        JEQ32(7, ERRNO(EBUSY));
        KILL;
    }
}

/// What comes of a program that makes that call and prints what it returned to standard output.
fn call(call: &str, policy: &Policy) -> Option<(sandbox2::Outcome, String)> {
    Some(run(executor("call", &[call])?, policy))
}

#[test]
fn a_slot_without_a_value_cannot_be_launched() {
    let Some(executor) = executor("call", &["1000"]) else { return };
    let outcome = Sandbox2::new(executor, &WRITER).run();
    assert!(matches!(outcome.status, Status::SetupFailed(_)), "{outcome:#}");
    let text = format!("{outcome:#}");
    assert!(text.contains("slot `output` has no value") && text.contains("with_slot"), "{text}");
}

#[test]
fn a_slot_holds_the_value_of_the_launch_and_no_other() {
    let mount = libc::SYS_mount.to_string();
    let policy = WRITER.with_slot("output", 1).expect("it fits");
    // mount is older than the baseline, and nothing allows it.
    let Some((outcome, _)) = call(&mount, &policy) else { return };
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("mount"), "{outcome:#}");
    // A call of tomorrow.
    let Some((outcome, text)) = call("1000", &policy) else { return };
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, format!("errno {}\n", libc::ENOSYS));
    let other = WRITER.with_slot("output", 9).expect("it fits");
    let Some((outcome, text)) = call("1000", &other) else { return };
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("write"), "{outcome:#}");
    assert_eq!(text, "");
}

#[test]
fn a_raw_block_decides_as_it_says() {
    let policy = WRITER.with_slot("output", 1).expect("it fits");
    // The kernel reads 32 bits of a descriptor.
    for fd in [7, 7 + (1_i64 << 32)] {
        let Some((outcome, text)) = call(&format!("{},{fd},8,0", libc::SYS_dup3), &policy) else { return };
        assert_eq!(text, format!("errno {}\n", libc::EBUSY), "{outcome:#}");
    }
    let Some((outcome, _)) = call(&format!("{},6,8,0", libc::SYS_dup3), &policy) else { return };
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(violation.syscall.as_deref(), Some("dup3"));
    assert!(violation.decided_by.to_string().contains("bpf dup3 { ... KILL; }"), "{outcome:#}");
}

#[test]
fn without_a_handler_what_it_would_decide_is_a_violation() {
    let policy = WRITER.with_slot("output", 1).expect("it fits");
    let Some((outcome, _)) = call(&libc::SYS_getppid.to_string(), &policy) else { return };
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("getppid"), "{outcome:#}");
}

#[test]
fn a_policy_from_text_is_as_good_as_one_that_was_compiled() {
    let text = "use static_startup, system_malloc, exit; ALLOW write if fd == 1; ERRNO(EPERM) getppid;";
    let policy = Policy::parse(text).unwrap_or_else(|errors| panic!("{errors}"));
    let Some((outcome, text)) = call(&libc::SYS_getppid.to_string(), &policy) else { return };
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, format!("errno {}\n", libc::EPERM));
    let Some((outcome, _)) = call(&libc::SYS_getpgid.to_string(), &policy) else { return };
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(violation.syscall.as_deref(), Some("getpgid"));
}
