//! What a violation's report says.

use crate::{PRINTING, executor, run};

fn report(calls: &[String]) -> Option<(sandbox2::Outcome, String)> {
    let args: Vec<&str> = calls.iter().map(String::as_str).collect();
    let (outcome, _) = run(executor("call", &args)?, &PRINTING);
    let full = format!("{outcome:#}");
    Some((outcome, full))
}

#[test]
fn it_names_the_call_its_arguments_and_the_line_that_would_allow_it() {
    let Some((outcome, full)) = report(&[format!("{},2,0,0", libc::SYS_write)]) else { return };
    assert!(outcome.to_string().starts_with("SYSCALL VIOLATION"), "{outcome}");
    assert!(full.contains("write"), "{full}");
    assert!(full.contains("fd"), "{full}");
    assert!(full.contains("ALLOW write if fd == 2;"), "{full}");
}

#[test]
fn it_says_that_the_default_decided() {
    let Some((outcome, full)) = report(&[libc::SYS_getpid.to_string()]) else { return };
    assert!(full.contains("default"), "{full}");
    assert!(full.contains("ALLOW getpid;"), "{full}");
    assert!(outcome.violation().is_some());
}

#[test]
fn a_dangerous_call_is_allowed_by_a_danger_line_alone() {
    let Some((_, full)) = report(&[libc::SYS_ptrace.to_string()]) else { return };
    assert!(full.contains("danger { ALLOW ptrace; }"), "{full}");
}

#[test]
fn a_number_that_no_table_knows_is_reported_as_a_number() {
    let Some((_, full)) = report(&["1999".to_owned()]) else { return };
    assert!(full.contains("1999"), "{full}");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn an_x32_call_is_reported_as_what_it_is() {
    let Some((_, full)) = report(&[(0x4000_0000_i64 | libc::SYS_getpid).to_string()]) else { return };
    assert!(full.contains("x32"), "{full}");
}

/// `PROT_EXEC` is one of the arguments of the call that is decoded by name.
#[test]
fn flags_are_shown_by_name() {
    let Some((_, full)) = report(&[format!("{},0,4096,7", libc::SYS_mprotect)]) else { return };
    assert!(full.contains("PROT_READ | PROT_WRITE | PROT_EXEC"), "{full}");
}
