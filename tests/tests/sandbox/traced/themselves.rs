//! Programs that sandbox themselves, under the ptrace monitor.

use std::sync::Arc;
use std::time::Duration;

use sandbox2::{Executor, Status};

use super::observers::Log;
use super::traced;
use crate::{ANYTHING, executor};

sandbox2::policy! {
    static NOTHING;

    ALLOW exit_group;
}

sandbox2::policy! {
    /// What ending needs, and a thread that storms.
    static ENDING;

    use exit;
    ALLOW rt_sigreturn, tgkill;
    ALLOW futex, munmap, madvise, rt_sigprocmask, sigaltstack, close;
}

sandbox2::policy! {
    /// Everything that threads need, and more; the call that they make once they are sandboxed is a violation.
    static THREADS;

    danger { default ALLOW; }
    use map_exec;
    KILL getppid;
}

sandbox2::policy! {
    static CLOSE_FAILS;

    ERRNO(EXDEV) close;
    ALLOW exit_group;
}

fn hostile(mode: &str) -> Option<Executor> {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_hostile"));
    let executor = || Executor::new(program, ["hostile", mode]).libraries(program).sandbox_before_exec(false);
    sandbox2_tests::host::can_launch().then(executor)
}

/// Why it never comes to its policy.
fn not_sandboxed(executor: Executor) -> String {
    match traced(executor.handshake_timeout(Duration::from_millis(300)), &ANYTHING).run().status {
        Status::SetupFailed(error) => error.what().unwrap_or_default().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_program_that_sandboxes_itself_makes_no_other_call_afterwards() {
    let Some(executor) = hostile("quiet") else { return };
    let outcome = traced(executor, &NOTHING).run();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn signals_do_not_keep_a_program_from_its_policy() {
    for _ in 0..20 {
        let Some(executor) = hostile("signals") else { return };
        let outcome = traced(executor, &ENDING).run();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

#[test]
fn no_thread_escapes_that_is_started_while_the_policy_comes_into_force() {
    for _ in 0..20 {
        let Some(mut executor) = hostile("other-threads") else { return };
        // Only so that the test ends.
        executor.limits_mut().set_wall_time(Duration::from_secs(20));
        let outcome = traced(executor, &THREADS).run();
        assert_eq!(
            outcome.violation().and_then(|violation| violation.syscall.as_deref()),
            Some("getppid"),
            "{outcome:#}"
        );
    }
}

/// Its last step passes whatever the policy says, and only once.
#[test]
fn who_makes_the_last_step_again_gets_the_policys_verdict() {
    let Some(executor) = hostile("magic") else { return };
    let outcome = traced(executor, &CLOSE_FAILS).run();
    assert_eq!(outcome.status, Status::Exited { code: libc::EXDEV }, "{outcome:#}");
}

#[test]
fn a_client_that_does_not_know_of_tracing_gets_no_policy_and_runs_under_none() {
    let Some(executor) = hostile("keep") else { return };
    assert!(not_sandboxed(executor).starts_with("the program ended before it put its policy in force"));
}

#[test]
fn a_program_that_never_asks_is_ended_in_time() {
    let Some(short) = executor("exit", &["3"]) else { return };
    let ended = not_sandboxed(short.sandbox_before_exec(false));
    assert_eq!(ended, "the program ended before it put its policy in force: exit code 3");
    let Some(long) = executor("tree", &[]) else { return };
    let ended = not_sandboxed(long.sandbox_before_exec(false));
    assert_eq!(ended, "the program did not ask for its policy within 300ms");
}

#[test]
fn the_child_of_a_fork_server_is_traced_from_the_moment_that_it_asks() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let server = Executor::new(env!("CARGO_BIN_EXE_hostile"), ["hostile", "server"]).start_fork_server();
    let server = server.unwrap_or_else(|error| panic!("{error:#}"));
    let mut executor = Executor::from_fork_server(&server).dir("/proc");
    let mut comms = executor.ipc_mut().comms().expect("it is made once");
    comms.set_timeout(Some(Duration::from_secs(60)));
    let log = Arc::new(Log::default());
    let observer = Arc::clone(&log);
    let mut sandbox = traced(executor, &NO_CHMOD).observer(observer);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(comms.receive_bool(), Ok(true));
    // To change a mode.
    comms.send_u32(1).expect("it listens");
    let outcome = sandbox.await_result();
    let call = if cfg!(target_arch = "x86_64") { "chmod" } else { "fchmodat" };
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some(call), "{outcome:#}");
    assert_eq!(log.lines(), ["started true".to_owned(), format!("violation of {call}")]);
}

sandbox2::policy! {
    static NO_CHMOD;

    danger { default ALLOW; }
    use map_exec;
    KILL chmod?, fchmod, fchmodat, fchmodat2;
}
