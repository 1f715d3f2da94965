//! The ptrace monitor.

use sandbox2::{Executor, Monitor, Outcome, Policy, Sandbox2, Status};

use crate::{ANYTHING, executor};

fn run(executor: Executor, policy: &Policy) -> Outcome {
    Sandbox2::new(executor, policy).monitor(Monitor::Ptrace).run()
}

#[test]
fn a_program_runs_to_its_end() {
    let Some(executor) = executor("exit", &["7"]) else { return };
    let outcome = run(executor, &ANYTHING);
    assert_eq!(outcome.status, Status::Exited { code: 7 }, "{outcome:#}");
}
