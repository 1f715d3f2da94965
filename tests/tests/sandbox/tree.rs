//! Processes that the sandboxee makes: none outlives it, its killer, or its host.

use std::io::Read;

use sandbox2::{Sandbox2, Status};

use crate::{ANYTHING, executor, run};

#[test]
fn what_it_leaves_behind_ends_with_it() {
    let Some(executor) = executor("tree", &["exit"]) else { return };
    // The run returns only once the whole tree is gone; its standard output would stay open otherwise.
    let (outcome, text) = run(executor, &ANYTHING);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "ready\n");
}

#[test]
fn a_kill_reaches_children_in_sessions_of_their_own() {
    let Some(mut executor) = executor("tree", &[]) else { return };
    let mut out = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    let mut ready = [0; 6];
    out.read_exact(&mut ready).expect("it gets ready");
    running.kill();
    let outcome = running.await_result();
    assert!(matches!(outcome.status, Status::Killed), "{outcome:#}");
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).expect("nobody holds the other end any more");
}

#[test]
fn dropping_a_running_sandbox_kills_it() {
    let Some(mut executor) = executor("tree", &[]) else { return };
    let mut out = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    let mut ready = [0; 6];
    out.read_exact(&mut ready).expect("it gets ready");
    drop(running);
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).expect("nobody holds the other end any more");
}

#[test]
fn it_lives_as_long_as_somebody_has_a_handle() {
    let Some(mut executor) = executor("tree", &[]) else { return };
    let mut out = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let mut s2 = Sandbox2::new(executor, &ANYTHING);
    let running = s2.run_async().expect("it starts");
    out.read_exact(&mut [0; 6]).expect("it gets ready");
    drop(s2);
    assert!(!running.is_terminated(), "there is another handle");
    drop(running);
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

/// The host is a forked child of this test; it is killed while its sandboxee runs.
#[test]
fn a_sandboxee_does_not_outlive_its_host() {
    let Some(mut executor) = executor("tree", &[]) else { return };
    let mut out = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let mut told = out.try_clone().expect("a socket can be cloned");
    // SAFETY: the child only runs the sandbox and ends by a signal; this test's other threads hold no lock it needs but
    // the allocator's, which fork takes care of.
    let host = unsafe { libc::fork() };
    assert!(host >= 0, "{}", std::io::Error::last_os_error());
    if host == 0 {
        let _ = Sandbox2::new(executor, &ANYTHING).run();
        std::process::abort();
    }
    drop(executor);
    let mut ready = [0; 6];
    told.read_exact(&mut ready).expect("it gets ready");
    // SAFETY: the child is ours and not reaped yet.
    assert_eq!(unsafe { libc::kill(host, libc::SIGKILL) }, 0);
    let mut status = 0;
    // SAFETY: the child is ours, the status is a local.
    assert_eq!(unsafe { libc::waitpid(host, &raw mut status, 0) }, host);
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).expect("nobody holds the other end any more");
}
