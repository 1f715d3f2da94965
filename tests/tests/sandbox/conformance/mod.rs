//! What the C++ Sandbox2 holds itself to, under each of our monitors: a module for each file of its tests. `CONFORMANCE.md` has the table, which
//! also names the tests elsewhere.

mod deadline_manager_test;
mod notify_test;
mod policy_test;
mod sandbox2_test;
mod sanitizer_test;
mod stack_trace_test;

use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use sandbox2::{Executor, Monitor, Outcome, Policy, Sandbox2, Violation};

use crate::{ANYTHING, executor};

/// Each has its turn.
const MONITORS: [Monitor; 2] = [Monitor::Listener, Monitor::Ptrace];

/// A run that is over.
struct Ran {
    monitor: Monitor,
    outcome: Outcome,
    /// What it wrote to standard output.
    text: String,
}

impl Ran {
    /// The violation that it came to; it must be one.
    fn violation(&self) -> &Violation {
        self.outcome.violation().unwrap_or_else(|| panic!("{:?}: {:#}\n{}", self.monitor, self.outcome, self.text))
    }

    /// The name of the call that was a violation; there must have been one.
    fn violated(&self) -> &str {
        self.violation().syscall.as_deref().unwrap_or_default()
    }

    /// What it wrote; it must have exited with code 0.
    fn written(&self) -> &str {
        assert!(self.outcome.is_ok(), "{:?}: {:#}\n{}", self.monitor, self.outcome, self.text);
        &self.text
    }
}

/// Runs under each monitor what `executor` makes; nothing if that makes nothing, which it has said why.
fn each(executor: impl Fn() -> Option<Executor>, policy: &Policy, check: impl Fn(&Ran)) {
    each_as(executor, policy, |sandbox| sandbox, check);
}

/// The same with what `change` makes of the sandbox.
fn each_as(
    executor: impl Fn() -> Option<Executor>,
    policy: &Policy,
    change: impl Fn(Sandbox2) -> Sandbox2,
    check: impl Fn(&Ran),
) {
    for monitor in MONITORS {
        let Some(mut executor) = executor() else { return };
        let mut output = listening(&mut executor);
        let mut sandbox = change(Sandbox2::new(executor, policy).monitor(monitor));
        let running = sandbox.run_async().unwrap_or_else(|error| panic!("{monitor:?}: {error:#}"));
        let mut text = String::new();
        output.read_to_string(&mut text).expect("the output is text");
        let outcome = running.await_result();
        assert_eq!(outcome.supervised.monitor, monitor, "{outcome:#}");
        check(&Ran { monitor, outcome, text });
    }
}

/// What it writes to standard output, as it comes.
fn listening(executor: &mut Executor) -> UnixStream {
    let output = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    output.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit can be set");
    output
}

/// Under each monitor a program that has started processes in sessions of their own, has said so, and waits for ever.
fn each_waiting(check: impl Fn(Sandbox2, UnixStream)) {
    for monitor in MONITORS {
        let Some(mut executor) = executor("tree", &[]) else { return };
        let mut output = listening(&mut executor);
        let mut sandbox = Sandbox2::new(executor, &ANYTHING).monitor(monitor);
        sandbox.run_async().unwrap_or_else(|error| panic!("{monitor:?}: {error:#}"));
        output.read_exact(&mut [0; 6]).expect("it gets ready");
        check(sandbox, output);
    }
}

/// The program that makes these calls.
fn calls(calls: &[String]) -> Option<Executor> {
    executor("call", &calls.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The program that makes this call.
fn call(nr: libc::c_long, args: &str) -> Option<Executor> {
    calls(&[format!("{nr},{args}")])
}

/// A program that links the client, and sandboxes itself.
fn guest(mode: &str) -> Option<Executor> {
    let program = Path::new(env!("CARGO_BIN_EXE_guest"));
    let executor =
        || Executor::new(program, ["guest", mode]).libraries(program).dir("/proc").sandbox_before_exec(false);
    sandbox2_tests::host::can_launch().then(executor)
}
