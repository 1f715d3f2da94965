//! A policy put in force in a process of the user's own, without a sandbox around it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

use support::forbidding_umask;

/// Runs this test binary in the part of its ignored test `part`.
fn run(part: &str) -> ExitStatus {
    let args = ["--ignored", "--exact", part, "--test-threads=1"];
    Command::new(support::this()).args(args).output().unwrap().status
}

fn umask() {
    // SAFETY: changes nothing that this test uses.
    unsafe { libc::umask(0o022) };
}

#[test]
#[ignore = "run by another test"]
fn part_breaks_the_policy_on_its_own_thread() {
    forbidding_umask().apply_to_current_thread().unwrap();
    umask();
}

#[test]
#[ignore = "run by another test"]
fn part_breaks_the_policy_on_a_thread_that_has_none() {
    umask_on_an_older_thread(|policy| policy.apply_to_current_thread().unwrap());
}

#[test]
#[ignore = "run by another test"]
fn part_breaks_the_policy_of_its_process() {
    umask_on_an_older_thread(|policy| policy.apply_to_process().unwrap());
}

fn umask_on_an_older_thread(apply: impl FnOnce(&sandbox2::Policy)) {
    let (applied, wait) = std::sync::mpsc::channel();
    let older = std::thread::spawn(move || {
        wait.recv().unwrap();
        umask();
    });
    apply(&forbidding_umask());
    applied.send(()).unwrap();
    older.join().unwrap();
}

#[test]
fn a_violation_kills_a_process_that_nobody_supervises() {
    assert_eq!(run("part_breaks_the_policy_on_its_own_thread").signal(), Some(libc::SIGSYS));
}

#[test]
fn a_policy_for_one_thread_leaves_the_others_alone() {
    assert!(run("part_breaks_the_policy_on_a_thread_that_has_none").success());
}

#[test]
fn a_policy_for_the_process_reaches_threads_that_were_there_before() {
    assert_eq!(run("part_breaks_the_policy_of_its_process").signal(), Some(libc::SIGSYS));
}
