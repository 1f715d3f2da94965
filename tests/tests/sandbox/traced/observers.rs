//! What an observer hears under the ptrace monitor.

use std::io::Read as _;
use std::sync::{Arc, Mutex};

use sandbox2::{Executor, Handlers, Observer, Outcome, Policy, Returned, Stage, Status, Violation};
use sandbox2_tests::sandboxees;

use super::{ASKING, call, listening, run, traced};
use crate::{ANYTHING, ANYTHING_BUT, executor};

/// Writes everything down.
#[derive(Default)]
pub(super) struct Log(Mutex<Vec<String>>);

impl Log {
    fn note(&self, line: String) {
        self.0.lock().expect("nobody panics with it").push(line);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics with it").clone()
    }
}

impl Observer for Log {
    fn started(&self, pid: u32) -> Result<(), String> {
        let running = std::path::Path::new(&format!("/proc/{pid}")).exists();
        self.note(format!("started {running}"));
        Ok(())
    }

    fn violation(&self, violation: &Violation) {
        self.note(format!("violation of {}", violation.syscall.as_deref().unwrap_or("?")));
    }

    fn returned(&self, call: &Returned) {
        self.note(call.to_string());
    }

    fn signal(&self, thread: u32, signal: i32) {
        assert!(thread > 0);
        self.note(format!("signal {signal}"));
    }
}

/// What an observer hears of it.
fn observed(executor: Executor, policy: &Policy, handlers: Handlers) -> (Outcome, Vec<String>) {
    let log = Arc::new(Log::default());
    let observer = Arc::clone(&log);
    let (outcome, _) = run(executor, policy, |sandbox| sandbox.handlers(handlers).observer(observer));
    (outcome, log.lines())
}

#[test]
fn signals_are_seen_before_the_program_gets_them() {
    let Some(executor) = executor("traced", &["signals"]) else { return };
    let (outcome, lines) = observed(executor, &ANYTHING, Handlers::new());
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(lines, ["started true", "signal 10", "signal 10", "signal 10"]);
}

#[test]
fn a_fatal_signal_is_seen_and_still_fatal() {
    let Some(executor) = executor("signal", &["15"]) else { return };
    let (outcome, lines) = observed(executor, &ANYTHING, Handlers::new());
    assert_eq!(outcome.status, Status::Signaled { signal: 15, core: false }, "{outcome:#}");
    assert_eq!(lines, ["started true", "signal 15"]);
}

#[test]
fn a_violation_is_heard_of() {
    let Some(executor) = call(libc::SYS_umask) else { return };
    let (_, lines) = observed(executor, &ANYTHING_BUT, Handlers::new());
    assert_eq!(lines, ["started true", "violation of umask"]);
}

#[test]
fn what_an_inspected_call_returned_is_heard_of() {
    let Some(executor) = executor("call", &[&format!("{},1", libc::SYS_getpgid)]) else { return };
    let handlers = Handlers::new().on("getpgid", |call| Ok(call.proceed_and_inspect()));
    let (outcome, lines) = observed(executor, &ASKING, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    // Init is of the host's group, which the sandbox cannot see.
    assert_eq!(lines, ["started true", "getpgid(1) = 0"]);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn an_inspected_call_that_a_signal_interrupts_is_told_as_interrupted() {
    let Some(executor) = executor("traced", &["interrupted"]) else { return };
    let handlers = Handlers::new().on("pause", |call| Ok(call.proceed_and_inspect()));
    let (outcome, lines) = observed(executor, &ASKING, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert!(lines.iter().any(|line| line == "pause() = -1 EINTR (Interrupted system call)"), "{lines:?}");
}

#[test]
fn a_thread_that_crashes_is_told_by_its_signal() {
    let Some(executor) = executor("traced", &["crash"]) else { return };
    let (outcome, lines) = observed(executor, &ANYTHING, Handlers::new());
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGSEGV, .. }), "{outcome:#}");
    assert_eq!(lines.last().map(String::as_str), Some("signal 11"));
}

#[test]
fn an_inspected_exec_returns_in_the_new_program() {
    let Some(executor) = executor("traced", &["exec"]) else { return };
    let program = sandboxees::linked_statically("traced").expect("it was there");
    let handlers = Handlers::new().on("execve", |call| Ok(call.proceed_and_inspect()));
    let (outcome, lines) = observed(executor.file_at(program, "/exec"), &ASKING, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    let [_, line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.starts_with("execve(0x") && line.ends_with(") = 0"), "{line}");
}

/// Ends the launch, or panics.
struct Unwilling(bool);

impl Observer for Unwilling {
    fn started(&self, _: u32) -> Result<(), String> {
        if self.0 { Ok(()) } else { Err("not today".to_owned()) }
    }

    fn signal(&self, _: u32, _: i32) {
        panic!("an observer's mistake");
    }
}

#[test]
fn an_observer_can_refuse_the_start_and_nothing_of_the_program_runs() {
    let Some(mut executor) = executor("traced", &["signals"]) else { return };
    let mut out = listening(&mut executor);
    let mut sandbox = traced(executor, &ANYTHING).observer(Arc::new(Unwilling(false)));
    assert!(sandbox.run_async().is_err());
    match sandbox.await_result().status {
        Status::SetupFailed(error) => assert_eq!(error.what(), Some("not today")),
        other => panic!("{other:?}"),
    }
    let mut text = String::new();
    out.read_to_string(&mut text).expect("nobody holds the other end any more");
    assert_eq!(text, "");
}

/// Panics before the program has begun.
struct Hasty;

impl Observer for Hasty {
    fn started(&self, _: u32) -> Result<(), String> {
        panic!("an observer's mistake");
    }
}

#[test]
fn an_observer_that_panics_at_the_start_leaves_nothing_behind() {
    let Some(mut executor) = executor("traced", &["signals"]) else { return };
    let mut out = listening(&mut executor);
    let outcome = traced(executor, &ANYTHING).observer(Arc::new(Hasty)).await_result();
    assert!(matches!(&outcome.status, Status::SetupFailed(error) if error.stage() == Stage::Observer), "{outcome:#}");
    let mut text = String::new();
    out.read_to_string(&mut text).expect("nobody holds the other end any more");
    assert_eq!(text, "");
}

#[test]
fn an_observer_that_panics_is_told_of_and_changes_nothing() {
    let Some(executor) = executor("traced", &["signals"]) else { return };
    let (outcome, _) = run(executor, &ANYTHING, |sandbox| sandbox.observer(Arc::new(Unwilling(true))));
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(outcome.failures.first[0].of, "observer", "{outcome:#}");
}
