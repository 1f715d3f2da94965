//! What must not happen, whatever a sandboxee, a fork server or a host's own fate makes of it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sandbox2::{Comms, Executor, ForkServer, Sandbox2, Stage, Status};
use sandbox2_tests::{host, sandboxees};

use crate::ANYTHING;

sandbox2::policy! {
    /// What ending needs, and a thread that storms.
    static ENDING;

    use exit;
    ALLOW rt_sigreturn, tgkill;
    ALLOW futex, munmap, madvise, rt_sigprocmask, sigaltstack, close;
}

sandbox2::policy! {
    /// Nothing but the end.
    static NOTHING;

    ALLOW exit_group;
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_hostile");

fn hostile(mode: &str) -> Option<Executor> {
    let program = Path::new(PROGRAM);
    let executor = || Executor::new(program, ["hostile", mode]).libraries(program).sandbox_before_exec(false);
    host::can_launch().then(executor)
}

fn server(mode: &str) -> Option<ForkServer> {
    let start = || Executor::new(PROGRAM, ["hostile", mode]).start_fork_server();
    host::can_launch().then(|| start().unwrap_or_else(|error| panic!("{error:#}")))
}

fn child(server: &ForkServer, change: impl FnOnce(&mut Executor)) -> (Sandbox2, Comms) {
    let mut executor = Executor::from_fork_server(server).dir("/proc");
    let mut comms = executor.ipc_mut().comms().unwrap();
    comms.set_timeout(Some(Duration::from_secs(20)));
    change(&mut executor);
    let mut sandbox = Sandbox2::new(executor, &ANYTHING);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(comms.receive_bool(), Ok(true));
    (sandbox, comms)
}

// --- programs that sandbox themselves ---

#[test]
fn no_memory_is_given_back_under_the_policy() {
    let Some(executor) = hostile("quiet") else { return };
    let outcome = Sandbox2::new(executor, &NOTHING).run();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn signals_do_not_keep_a_program_from_its_policy() {
    for _ in 0..20 {
        let Some(executor) = hostile("signals") else { return };
        let outcome = Sandbox2::new(executor, &ENDING).run();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

#[test]
fn whoever_keeps_the_listener_is_ended_in_time() {
    let Some(executor) = hostile("keep") else { return };
    let mut executor = executor.handshake_timeout(Duration::from_millis(300));
    // Only so that the test ends.
    executor.limits_mut().set_wall_time(Duration::from_secs(20));
    match Sandbox2::new(executor, &ANYTHING).run().status {
        Status::SetupFailed(error) => {
            assert_eq!(error.stage(), Stage::Handshake);
            assert_eq!(error.what(), Some("the program did not give its listener up within 300ms"));
        }
        other => panic!("{other:?}"),
    }
}
