//! Who and where the sandboxee is.

use crate::{executor, output};

fn whoami(change: impl FnOnce(sandbox2::Executor) -> sandbox2::Executor) -> Option<String> {
    Some(output(change(executor("whoami", &["one", "two"])?)))
}

#[test]
fn it_is_nobody_special() {
    let Some(text) = whoami(|executor| executor) else { return };
    assert!(text.contains("uid 1000 gid 1000\n"), "{text}");
    assert!(text.contains("capabilities 0 bounding 0\n"), "{text}");
    assert!(text.contains("no_new_privs 1 "), "{text}");
}

#[test]
fn it_is_process_two_in_a_session_of_its_own() {
    let Some(text) = whoami(|executor| executor) else { return };
    assert!(text.contains("pid 2 parent 1 session 2\n"), "{text}");
}

#[test]
fn it_has_no_environment_unless_it_is_given_but_what_the_host_says_of_it() {
    let Some(text) = whoami(|executor| executor) else { return };
    assert!(text.contains("env [(\"SANDBOX2\", \"1;sandboxed\")]\n"), "{text}");
    let Some(text) = whoami(|executor| executor.env("LANG", "C")) else { return };
    assert!(text.contains("env [(\"LANG\", \"C\"), (\"SANDBOX2\", \"1;sandboxed\")]\n"), "{text}");
    let Some(text) = whoami(sandbox2::Executor::inherit_env) else { return };
    assert!(text.contains("\"PATH\""), "{text}");
}

#[test]
fn it_gets_its_arguments_and_a_root_directory() {
    let Some(text) = whoami(|executor| executor) else { return };
    assert!(text.contains("\"one\", \"two\"]\n"), "{text}");
    assert!(text.contains("cwd Ok(\"/\")\n"), "{text}");
}

#[test]
fn its_host_is_called_sandbox2() {
    let Some(text) = whoami(|executor| executor) else { return };
    assert!(text.contains("host sandbox2\n"), "{text}");
}

#[test]
fn it_starts_where_it_was_told_to() {
    let Some(text) = whoami(|executor| executor.tmpfs("/inside/here", 1 << 20).cwd("/inside/here")) else { return };
    assert!(text.contains("cwd Ok(\"/inside/here\")\n"), "{text}");
}

#[test]
fn a_working_directory_that_is_not_there_is_an_error() {
    let Some(executor) = executor("whoami", &[]) else { return };
    let outcome = sandbox2::Sandbox2::new(executor.cwd("/nowhere"), &crate::ANYTHING).run();
    assert!(matches!(outcome.status, sandbox2::Status::SetupFailed(_)), "{outcome:#}");
    assert!(format!("{outcome:#}").contains("/nowhere"), "{outcome:#}");
}
