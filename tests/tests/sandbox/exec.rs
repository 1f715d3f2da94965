//! The exec that starts the program, and every exec after it.

use std::io::Read;
use std::time::Duration;

use sandbox2::{Policy, Running, Sandbox2, Stage, Status};

use crate::{ANYTHING, executor, run};

sandbox2::policy! {
    /// Anything, but an exec fails.
    static EXEC_FAILS;

    danger { default ALLOW; }
    use map_exec;
    ERRNO(EACCES) execve, execveat;
}

sandbox2::policy! {
    /// Anything, but an exec is a violation.
    static EXEC_KILLS;

    danger { default ALLOW; }
    use map_exec;
    KILL execve, execveat;
}

/// What becomes of a later `execveat`, of a path that cannot be read: the sandboxee's start is one too, and is let through.
fn later(policy: &'static Policy) -> Option<(sandbox2::Outcome, String)> {
    let call = format!("{},{}", libc::SYS_execveat, libc::AT_FDCWD);
    Some(run(executor("call", &[&call])?, policy))
}

#[test]
fn a_later_exec_that_is_allowed_is_made() {
    let Some((outcome, text)) = later(&ANYTHING) else { return };
    assert_eq!(text, format!("errno {}\n", libc::EFAULT), "{outcome:#}");
}

#[test]
fn a_later_exec_fails_as_the_policy_says() {
    let Some((outcome, text)) = later(&EXEC_FAILS) else { return };
    assert_eq!(text, format!("errno {}\n", libc::EACCES), "{outcome:#}");
}

#[test]
fn a_later_exec_can_be_a_violation() {
    let Some((outcome, text)) = later(&EXEC_KILLS) else { return };
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!((violation.syscall.as_deref(), text.as_str()), (Some("execveat"), ""));
}

/// A program that keeps the monitor as busy as it can, since each later exec is asked about; it is at it.
fn flooding() -> Option<Running> {
    let mut executor = executor("flood", &[&libc::SYS_execveat.to_string()])?;
    executor.limits_mut().set_wall_time(None);
    let mut out = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let running = Sandbox2::new(executor, &EXEC_FAILS).run_async().expect("it starts");
    out.read_exact(&mut [0; 6]).expect("it gets ready");
    Some(running)
}

#[test]
fn a_flood_of_questions_does_not_delay_the_deadline() {
    let Some(running) = flooding() else { return };
    let limit = Duration::from_millis(50);
    running.set_walltime_limit(limit);
    let outcome = running.await_result_timeout(Duration::from_secs(60)).expect("it ends long before");
    assert_eq!(outcome.status, Status::TimedOut { limit });
}

#[test]
fn a_flood_of_questions_does_not_delay_a_kill() {
    let Some(running) = flooding() else { return };
    running.kill();
    let outcome = running.await_result_timeout(Duration::from_secs(60)).expect("it ends long before");
    assert_eq!(outcome.status, Status::Killed);
}

/// A dynamically linked program whose loader the sandbox does not show.
#[test]
fn an_exec_that_fails_is_a_failed_set_up() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let program = sandbox2_tests::sandboxees::dynamic("exit");
    let executor = || sandbox2::Executor::new(&program, ["exit", "0"]);
    let outcome = Sandbox2::new(executor(), &ANYTHING).run();
    let Status::SetupFailed(error) = &outcome.status else { panic!("{outcome:#}") };
    assert_eq!((error.stage(), error.errno()), (Stage::Exec, Some(libc::ENOENT)));
    // In the background too, and every time.
    for _ in 0..20 {
        let mut s2 = Sandbox2::new(executor(), &ANYTHING);
        assert_eq!(&s2.run_async().expect_err("it cannot start"), error);
        assert_eq!(s2.await_result().status, outcome.status);
    }
}

#[test]
fn with_its_libraries_a_dynamically_linked_program_starts() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let program = sandbox2_tests::sandboxees::dynamic("exit");
    let (outcome, _) = run(sandbox2::Executor::new(&program, ["exit", "9"]).libraries(&program), &ANYTHING);
    assert_eq!(outcome.exit_code(), Some(9), "{outcome:#}");
}
