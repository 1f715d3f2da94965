//! Real programs in real sandboxes: one module for each concern.

mod asynchronous;
mod attack;
mod attack_monitor;
mod buffer;
mod c;
mod client;
mod comms;
mod conformance;
mod descriptors;
mod documented;
mod escapes;
mod exec;
mod files;
mod forkserver;
mod handlers;
mod identity;
mod language;
mod launchserver;
mod limits;
mod logs;
mod observers;
mod outcomes;
mod reports;
mod stacks;
mod steering;
mod traced;
mod tree;

use std::io::Read;

use sandbox2::{Executor, Outcome, Policy, Sandbox2};
use sandbox2_tests::sandboxees;

sandbox2::policy! {
    /// Lets everything through but what is dangerous: for tests of all that is not the filter.
    static ANYTHING;

    danger { default ALLOW; }
    use map_exec;
}

sandbox2::policy! {
    /// What a small statically linked program needs to print and to exit.
    static PRINTING;

    use static_startup, system_malloc, exit;
    ALLOW write if fd == 1;
}

sandbox2::policy! {
    /// As [`ANYTHING`], but what needs one of these is a violation.
    static ANYTHING_BUT;

    danger { default ALLOW; }
    use map_exec;
    KILL umask, chdir;
}

/// An executor for the statically linked sandboxee of that name; `None`, with the reason said, if this host cannot run it.
fn executor(name: &str, args: &[&str]) -> Option<Executor> {
    if !sandbox2_tests::host::can_launch() {
        return None;
    }
    let path = sandboxees::linked_statically(name)?;
    let args = std::iter::once(path.as_os_str().to_owned()).chain(args.iter().map(Into::into));
    Some(Executor::new(path.clone(), args.collect::<Vec<_>>()))
}

/// Runs it; its outcome, and what it wrote to standard output.
fn run(mut executor: Executor, policy: &Policy) -> (Outcome, String) {
    let mut output = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    let running = match Sandbox2::new(executor, policy).run_async() {
        Ok(running) => running,
        Err(error) => panic!("{error}"),
    };
    let mut text = String::new();
    output.read_to_string(&mut text).expect("the output is text");
    (running.await_result(), text)
}

/// Runs it under [`ANYTHING`]; what it wrote. It must exit with code 0.
fn output(executor: Executor) -> String {
    let (outcome, text) = run(executor, &ANYTHING);
    assert!(outcome.is_ok(), "{outcome:#}\n{text}");
    text
}
