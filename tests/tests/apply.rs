//! A policy put in force in a process of the user's own, without a sandbox around it.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

fn run(how: &str) -> ExitStatus {
    let output = Command::new(env!("CARGO_BIN_EXE_apply")).arg(how).output().expect("it can be started");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    output.status
}

#[test]
fn a_violation_kills_a_process_that_nobody_supervises() {
    assert_eq!(run("here").signal(), Some(libc::SIGSYS));
}

#[test]
fn a_policy_for_one_thread_leaves_the_others_alone() {
    assert!(run("thread").success());
}

#[test]
fn a_policy_for_the_process_reaches_threads_that_were_there_before() {
    assert_eq!(run("process").signal(), Some(libc::SIGSYS));
}
