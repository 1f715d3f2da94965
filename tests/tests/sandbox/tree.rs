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

/// Forks a host that starts `tree`, becomes another user, and then does what `then` says; how it ended. The kernel lets such
/// a host neither signal its sandbox nor take it along when it dies.
fn host_that_becomes_nobody(then: fn(&sandbox2::Running) -> bool) -> Option<(i32, std::os::unix::net::UnixStream)> {
    // SAFETY: only asks.
    if unsafe { libc::geteuid() } != 0 {
        eprintln!("nothing to test: an ordinary user cannot become another one");
        return None;
    }
    let mut executor = executor("tree", &[])?;
    let out = executor.ipc_mut().receive_fd(1).expect("1 is free");
    out.set_read_timeout(Some(std::time::Duration::from_secs(20))).expect("a limit can be set");
    let mut told = out.try_clone().expect("a socket can be cloned");
    // SAFETY: the child runs the sandbox and ends; this test's other threads hold no lock it needs but the allocator's, which
    // fork takes care of.
    let host = unsafe { libc::fork() };
    assert!(host >= 0, "{}", std::io::Error::last_os_error());
    if host == 0 {
        let mut ready = [0; 6];
        let running = Sandbox2::new(executor, &ANYTHING).run_async();
        let started = running.is_ok() && told.read_exact(&mut ready).is_ok();
        // SAFETY: takes three numbers; the C library sees to all threads.
        let changed = unsafe { libc::setresuid(65534, 65534, 65534) } == 0;
        let well = started && changed && running.is_ok_and(|running| then(&running));
        // SAFETY: ends this process, and no destructor of it runs.
        unsafe { libc::_exit(i32::from(!well)) };
    }
    drop(executor);
    let mut status = 0;
    // SAFETY: the child is ours, the status is a local.
    assert_eq!(unsafe { libc::waitpid(host, &raw mut status, 0) }, host);
    Some((status, out))
}

#[test]
fn a_sandboxee_does_not_outlive_a_host_that_became_another_user() {
    // The host leaves without a destructor.
    let leave = |_: &sandbox2::Running| {
        // SAFETY: ends the forked host at once.
        unsafe { libc::_exit(0) }
    };
    let Some((status, mut out)) = host_that_becomes_nobody(leave) else { return };
    assert_eq!(status, 0, "the host started it and ended");
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

#[test]
fn a_host_that_became_another_user_can_kill() {
    let killed = |running: &sandbox2::Running| {
        running.kill();
        matches!(running.await_result().status, Status::Killed)
    };
    let Some((status, mut out)) = host_that_becomes_nobody(killed) else { return };
    assert_eq!(status, 0, "the host was told that it is killed");
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}
