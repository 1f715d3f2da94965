//! The worker that tells stacks: every executable with sandbox2 in it is one, if it is called so.
//!
//! What the stacks say is tested beside the code (`sandbox2/src/unwind/tests.rs`).

use std::os::unix::process::CommandExt;
use std::process::{Command, Output};

// Nothing of it is named here: to be linked is enough.
use sandbox2 as _;

/// This test's own executable once more, asked for the list of its tests.
fn once_more(name: &str, introduction: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("this test has a path"));
    command.arg0(name).arg("--list").env_remove("SANDBOX2").envs(introduction.map(|value| ("SANDBOX2", value)));
    command.output().expect("it can be executed")
}

const CALLED: &str = "sandbox2-symbolizer";
const TOLD: &str = "1;sandboxed;fd=0:sandbox2.symbolizer.request";

#[test]
fn a_program_that_is_called_and_told_so_is_the_worker_and_nothing_else() {
    let output = once_more(CALLED, Some(TOLD));
    // Its standard input is no request, so it gives up; that main has not run shows in what it has not printed.
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stdout).as_ref()), (Some(1), ""));
}

#[test]
fn a_program_runs_as_ever_if_only_one_of_the_two_is_so() {
    for (name, introduction) in [
        (CALLED, None),
        (CALLED, Some("1;sandboxed;fd=0:other")),
        (CALLED, Some("1;fd=3")),
        ("program", Some(TOLD)),
        ("sandbox2-symbolizer ", Some(TOLD)),
    ] {
        let output = once_more(name, introduction);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("_runs_as_ever_"), "{name} {introduction:?}: {printed}");
    }
}
