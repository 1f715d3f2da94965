//! What a host hears of a run.

use std::sync::{Arc, Mutex};

use sandbox2::{Observer, Outcome, Sandbox2, Stage, Status, Violation};

use crate::{ANYTHING, ANYTHING_BUT, executor};

/// Writes down what it hears.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn note(&self, text: impl Into<String>) {
        self.0.lock().expect("no panic").push(text.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no panic"))
    }
}

impl Observer for Diary {
    fn started(&self, pid: u32) -> Result<(), String> {
        assert!(std::path::Path::new(&format!("/proc/{pid}")).exists());
        self.note("started");
        Ok(())
    }

    fn violation(&self, violation: &Violation) {
        // The thread waits in its call, and can be looked at.
        let waits = std::path::Path::new(&format!("/proc/{}", violation.pid)).exists();
        self.note(format!("violation {} {waits}", violation.syscall.as_deref().unwrap_or("?")));
    }

    fn finished(&self, outcome: &Outcome) {
        self.note(format!("finished {}", outcome.is_ok()));
    }
}

#[test]
fn the_observer_hears_of_begin_and_end() {
    let diary = Diary::default();
    let Some(executor) = executor("exit", &["0"]) else { return };
    let outcome = Sandbox2::new(executor, &ANYTHING).observer(diary.clone()).run();
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(diary.take(), ["started", "finished true"]);
}

#[test]
fn the_observer_hears_of_a_violation_while_the_call_waits() {
    let diary = Diary::default();
    let call = format!("{},0", libc::SYS_umask);
    let Some(executor) = executor("call", &[&call]) else { return };
    let outcome =
        Sandbox2::new(executor, &ANYTHING_BUT).observer(diary.clone()).run_async().expect("it starts").await_result();
    assert!(outcome.violation().is_some(), "{outcome:#}");
    assert_eq!(diary.take(), ["started", "violation umask true", "finished false"]);
}

#[test]
fn a_launch_that_fails_is_finished_too() {
    let diary = Diary::default();
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let executor = sandbox2::Executor::new("/no/such/program", [""; 0]);
    let outcome = Sandbox2::new(executor, &ANYTHING).observer(diary.clone()).run();
    assert!(matches!(outcome.status, Status::SetupFailed(_)), "{outcome:#}");
    assert_eq!(diary.take(), ["finished false"]);
}

struct Refusing;

impl Observer for Refusing {
    fn started(&self, _: u32) -> Result<(), String> {
        Err("not today".to_owned())
    }
}

#[test]
fn an_observer_that_refuses_ends_the_launch() {
    let Some(executor) = executor("exit", &["0"]) else { return };
    let error = Sandbox2::new(executor, &ANYTHING).observer(Refusing).run_async().expect_err("it is refused");
    assert_eq!(error.stage(), Stage::Observer);
    assert!(error.to_string().contains("not today"), "{error}");
}

struct Panicking(&'static str);

impl Observer for Panicking {
    fn started(&self, _: u32) -> Result<(), String> {
        assert_ne!(self.0, "started", "of the observer");
        Ok(())
    }

    fn violation(&self, _: &Violation) {
        assert_ne!(self.0, "violation", "of the observer");
    }

    fn finished(&self, _: &Outcome) {
        assert_ne!(self.0, "finished", "of the observer");
    }
}

#[test]
fn an_observer_that_panics_is_told_of_and_changes_no_verdict() {
    let call = format!("{},0", libc::SYS_umask);
    for when in ["violation", "finished"] {
        let Some(executor) = executor("call", &[&call]) else { return };
        let outcome = Sandbox2::new(executor, &ANYTHING_BUT).observer(Panicking(when)).run();
        assert!(outcome.violation().is_some(), "{outcome:#}");
        assert_eq!(outcome.failures.first[0].of, "observer", "{outcome:#}");
    }
    let Some(executor) = executor("call", &[&call]) else { return };
    let outcome = Sandbox2::new(executor, &ANYTHING_BUT).observer(Panicking("started")).run();
    assert!(matches!(&outcome.status, Status::SetupFailed(error) if error.stage() == Stage::Observer), "{outcome:#}");
}
