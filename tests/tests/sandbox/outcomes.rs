//! Every end that a run can have.

use std::time::Duration;

use sandbox2::{Executor, Sandbox2, Stage, Status};

use crate::{ANYTHING, ANYTHING_BUT, PRINTING, executor, run};

#[test]
fn an_exit_code_is_passed_on() {
    for code in ["0", "1", "7", "255"] {
        let Some(executor) = executor("exit", &[code]) else { return };
        let (outcome, _) = run(executor, &PRINTING);
        assert_eq!(outcome.to_string(), format!("OK - Exit code: {code}"));
        assert_eq!(outcome.is_ok(), code == "0");
    }
}

#[test]
fn a_signal_is_named() {
    let Some(executor) = executor("signal", &["15"]) else { return };
    let (outcome, text) = run(executor, &ANYTHING);
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGTERM, .. }), "{outcome:#}");
    assert_eq!(outcome.to_string(), "Process terminated with a SIGNAL - Signal: SIGTERM [15]");
    assert_eq!(text, "");
}

#[test]
fn an_abort_is_a_signal() {
    let Some(executor) = executor("exit", &[]) else { return };
    let (outcome, _) = run(executor, &ANYTHING);
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGABRT, .. }), "{outcome:#}");
}

#[test]
fn a_violation_stops_the_program_before_the_call() {
    let getpid = libc::SYS_getpid.to_string();
    let Some(executor) = executor("call", &[&getpid]) else { return };
    let (outcome, text) = run(executor, &PRINTING);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(violation.syscall.as_deref(), Some("getpid"));
    assert_eq!(text, "", "the program went on after the violation");
}

#[test]
fn too_long_a_run_is_a_timeout() {
    let Some(mut executor) = executor("consume", &["wait"]) else { return };
    executor.limits_mut().set_wall_time(Duration::from_millis(100));
    let (outcome, _) = run(executor, &ANYTHING);
    assert!(matches!(outcome.status, Status::TimedOut { limit } if limit.as_millis() == 100), "{outcome:#}");
    assert!(outcome.usage.wall >= Duration::from_millis(100), "{outcome:#}");
    assert!(outcome.to_string().starts_with("Process TIMEOUT"), "{outcome}");
}

#[test]
fn a_program_that_is_not_there_is_a_setup_error_that_names_it() {
    let outcome = Sandbox2::new(Executor::new("/no/such/program", ["program"]), &ANYTHING).run();
    assert!(matches!(outcome.status, Status::SetupFailed(_)), "{outcome:#}");
    assert!(outcome.to_string().starts_with("SETUP_ERROR"), "{outcome}");
    assert!(format!("{outcome:#}").contains("/no/such/program"), "{outcome:#}");
}

#[test]
fn a_file_that_is_no_program_is_a_setup_error() {
    let outcome = Sandbox2::new(Executor::new("/etc/passwd", ["passwd"]), &ANYTHING).run();
    assert!(matches!(outcome.status, Status::SetupFailed(_)), "{outcome:#}");
}

#[test]
fn an_outcome_survives_json() {
    let Some(executor) = executor("call", &[&libc::SYS_getpid.to_string()]) else { return };
    let (outcome, _) = run(executor, &PRINTING);
    let json = serde_json::to_string(&outcome).expect("an outcome can be serialised");
    let back: sandbox2::Outcome = serde_json::from_str(&json).expect("and read again");
    assert_eq!(back, outcome);
}

#[test]
fn a_policy_of_the_hosts_own_serves_many_runs() {
    let policy = sandbox2::policy! {
        use static_startup, system_malloc, exit;
    };
    for code in [0, 5, 6] {
        let Some(executor) = executor("exit", &[&code.to_string()]) else { return };
        let outcome = Sandbox2::new(executor, &policy).run();
        assert_eq!(outcome.exit_code(), Some(code), "{outcome:#}");
        assert_eq!(outcome.to_result().is_ok(), code == 0);
    }
}

#[test]
fn a_program_can_be_run_by_its_descriptor() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let Some(path) = sandbox2_tests::sandboxees::linked_statically("exit") else { return };
    let file = std::fs::File::open(path).expect("the program is there");
    let (outcome, _) = run(Executor::from_fd(file, ["exit", "6"]), &PRINTING);
    assert_eq!(outcome.exit_code(), Some(6), "{outcome:#}");
}

/// Nobody is left whose calls could still be judged: the others wait for ever.
#[test]
fn a_violation_of_a_grandchild_ends_the_whole_sandbox() {
    let Some(executor) = executor("grandchild", &[&libc::SYS_umask.to_string()]) else { return };
    let (outcome, text) = run(executor, &ANYTHING_BUT);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(violation.syscall.as_deref(), Some("umask"));
    assert_eq!(text, "", "the grandchild went on after the violation");
}

#[test]
fn a_missing_program_is_told_at_the_start_and_at_the_end() {
    let mut s2 = Sandbox2::new(Executor::new("/no/such/program", ["program"]), &ANYTHING);
    let error = s2.run_async().expect_err("there is nothing to run");
    assert_eq!((error.stage(), error.errno()), (Stage::Program, Some(libc::ENOENT)));
    assert!(s2.is_terminated() && s2.pid().is_none());
    assert_eq!(s2.await_result().status, Status::SetupFailed(error));
}
