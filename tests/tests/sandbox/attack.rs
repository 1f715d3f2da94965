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
    let mut comms = executor.ipc_mut().comms().expect("it is made once");
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

sandbox2::policy! {
    static CLOSE_ALLOWED;

    ALLOW close if fd < 50 || fd == 900;
    ALLOW exit_group;
}

sandbox2::policy! {
    static CLOSE_FAILS;

    ERRNO(EXDEV) close;
    ALLOW exit_group;
}

sandbox2::policy! {
    static CLOSE_LOW;

    ALLOW close if fd < 50;
    ALLOW exit_group;
}

sandbox2::policy! {
    static CLOSE_LOGGED;

    LOG close;
    ALLOW exit_group;
}

sandbox2::policy! {
    static CLOSE_TRAPPED;

    TRAP(1) close;
    ALLOW exit_group;
}

sandbox2::policy! {
    static THREADS;

    danger { default ALLOW; }
    use map_exec;
    KILL getppid;
}

#[test]
fn the_last_step_of_the_handshake_passes_once_and_the_policy_decides_the_next() {
    for (policy, code) in [
        (&CLOSE_ALLOWED, Some(libc::EBADF)),
        (&CLOSE_FAILS, Some(libc::EXDEV)),
        (&CLOSE_LOGGED, Some(libc::EBADF)),
        (&CLOSE_LOW, None),
        (&CLOSE_TRAPPED, None),
        (&NOTHING, None),
    ] {
        let Some(executor) = hostile("magic") else { return };
        let outcome = Sandbox2::new(executor, policy).run();
        match (&outcome.status, code) {
            (Status::Exited { code }, Some(expected)) => assert_eq!(*code, expected, "{outcome:#}"),
            (Status::Violation(violation), None) => assert_eq!(violation.syscall.as_deref(), Some("close")),
            _ => panic!("{outcome:#}"),
        }
    }
}

#[test]
fn who_floods_the_host_with_last_steps_can_be_killed() {
    let Some(mut executor) = hostile("magic-flood") else { return };
    let mut comms = executor.ipc_mut().comms().unwrap();
    comms.set_timeout(Some(Duration::from_secs(20)));
    let mut sandbox = Sandbox2::new(executor, &ANYTHING);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(comms.receive_bool(), Ok(true));
    sandbox.kill();
    assert_eq!(sandbox.await_result().status, Status::Killed);
}

#[test]
fn no_thread_escapes_that_is_started_while_the_policy_comes_into_force() {
    for _ in 0..20 {
        let Some(mut executor) = hostile("other-threads") else { return };
        // Only so that the test ends.
        executor.limits_mut().set_wall_time(Duration::from_secs(20));
        match Sandbox2::new(executor, &THREADS).run().status {
            Status::Violation(violation) => assert_eq!(violation.syscall.as_deref(), Some("getppid")),
            other => panic!("{other:?}"),
        }
    }
}

// --- fork servers ---

#[test]
fn a_fork_server_survives_the_end_of_whoever_it_reports_to() {
    let Some(server) = server("sigpipe") else { return };
    for _ in 0..3 {
        let (mut sandbox, _comms) = child(&server, |_| {});
        sandbox.kill();
        assert_eq!(sandbox.await_result().status, Status::Killed);
    }
    let (mut sandbox, mut comms) = child(&server, |_| {});
    comms.send_u32(0).unwrap();
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn a_fork_server_without_descriptors_fails_one_request_and_not_all() {
    let Some(server) = server("few") else { return };
    let (mut first, mut comms) = child(&server, |_| {});
    let null = || std::fs::File::open("/dev/null").unwrap().into();
    for _ in 0..3 {
        let mut executor = Executor::from_fork_server(&server);
        for number in 30..60 {
            executor.ipc_mut().map_fd(null(), number).unwrap();
        }
        match Sandbox2::new(executor, &ANYTHING).run().status {
            Status::SetupFailed(error) => {
                assert!(matches!(error.stage(), Stage::Fork | Stage::ForkServer), "{error:#}");
            }
            other => panic!("{other:?}"),
        }
        assert!(server.is_alive());
    }
    comms.send_u32(0).unwrap();
    let outcome = first.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn a_limit_of_no_open_files_is_in_force_in_a_forked_sandboxee() {
    let Some(server) = server("server") else { return };
    for number in [0, 1, 4] {
        let (mut sandbox, mut comms) = child(&server, |executor| {
            executor.limits_mut().set_open_files(number);
        });
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", sandbox.pid().unwrap())).unwrap();
        let open_files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        assert_eq!(open_files.split_whitespace().nth(4), Some(number.to_string().as_str()));
        comms.send_u32(0).unwrap();
        assert!(sandbox.await_result().is_ok());
    }
}

#[test]
fn what_a_forked_sandboxee_runs_is_not_its_to_change() {
    if !host::can_launch() {
        return;
    }
    let scratch = sandbox2_tests::scratch::Scratch::new("exe");
    let program: PathBuf = scratch.0.join("hostile");
    // By another process: one that this process has open for writing may be open in a child of another test's, too.
    assert!(Command::new("cp").arg(PROGRAM).arg(&program).status().unwrap().success());
    let mode = || std::fs::metadata(&program).unwrap().permissions().mode() & 0o7777;
    let before = mode();
    let server = Executor::new(&program, ["hostile", "server"]).start_fork_server().unwrap();
    let (mut sandbox, mut comms) = child(&server, |_| {});
    comms.send_u32(1).unwrap();
    let changed = comms.receive_i32();
    comms.send_u32(0).unwrap();
    assert!(sandbox.await_result().is_ok());
    assert_eq!((changed, mode()), (Ok(-1), before));
}

#[test]
fn a_forked_sandboxee_has_what_belongs_to_it_once_and_nobody_beside_it() {
    let Some(server) = server("server") else { return };
    for _ in 0..20 {
        let (mut sandbox, mut comms) = child(&server, |_| {});
        comms.send_u32(4).unwrap();
        assert_eq!(comms.receive_bool(), Ok(false), "the keeper of the namespaces is gone");
        for command in [2, 3] {
            comms.send_u32(command).unwrap();
            assert_eq!(comms.receive_bool(), Ok(true), "{command}");
        }
        comms.send_u32(0).unwrap();
        assert!(sandbox.await_result().is_ok());
    }
}

#[test]
fn what_is_the_fork_server_s_own_cannot_be_kept() {
    let Some(server) = server("kept") else { return };
    let mut children: Vec<_> = (0..4).map(|_| child(&server, |_| {})).collect();
    for (_, comms) in &mut children {
        comms.send_u32(5).unwrap();
        assert_eq!(comms.receive_u32(), Ok(4), "the streams and the channel to the host");
    }
    for (sandbox, comms) in &mut children {
        comms.send_u32(0).unwrap();
        let outcome = sandbox.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

#[test]
fn a_sandbox_ends_whatever_its_fork_server_is_busy_with() {
    for killed in [false, true] {
        let Some(server) = server("once") else { return };
        let (mut sandbox, mut comms) = child(&server, |_| {});
        if killed {
            sandbox.kill();
        } else {
            comms.send_u32(0).unwrap();
        }
        // SAFETY: a process that this test has started, and that nobody has reaped.
        assert_eq!(unsafe { libc::kill(server.pid().cast_signed(), libc::SIGSTOP) }, 0);
        let outcome =
            sandbox.await_result_timeout(Duration::from_secs(4)).expect("nobody needs the fork server for that");
        assert_eq!(outcome.status, if killed { Status::Killed } else { Status::Exited { code: 0 } });
        assert!(server.is_alive());
    }
}

// --- hosts ---

fn bad_host(mode: &str, sandboxee: &str) -> Option<Child> {
    if !host::can_launch() {
        return None;
    }
    let program =
        if sandboxee == "hostile" { PathBuf::from(PROGRAM) } else { sandboxees::linked_statically(sandboxee)? };
    let mut command = Command::new(env!("CARGO_BIN_EXE_badhost"));
    command.arg(mode).arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
    Some(command.spawn().expect("it can be started"))
}

/// Waits for its end, but not for ever; what it said.
fn said(mut host: Child) -> String {
    let ended = ends(&pidfd(host.id()));
    if !ended {
        host.kill().expect("it is this test's");
    }
    let output = host.wait_with_output().expect("it is this test's");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(ended, "it hangs: {text}");
    text
}

fn pidfd(pid: u32) -> OwnedFd {
    // SAFETY: takes numbers alone.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    assert!(fd >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: the kernel has just made it for us.
    unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).expect("a descriptor is small")) }
}

fn ends(process: &OwnedFd) -> bool {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let mut poll = libc::pollfd { fd: process.as_fd().as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let left = i32::try_from(until.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(0);
        // SAFETY: one `pollfd` of ours.
        match unsafe { libc::poll(&raw mut poll, 1, left) } {
            -1 => {}
            ready => return ready == 1,
        }
    }
}

#[test]
fn a_host_that_becomes_another_user_does_not_wait_for_what_it_may_not_kill() {
    // SAFETY: takes nothing.
    if unsafe { libc::geteuid() } != 0 {
        return eprintln!("nothing to test: an ordinary user cannot become another one");
    }
    for (mode, sandboxee) in [("setuid", "exit"), ("setuid-forks", "hostile")] {
        let Some(host) = bad_host(mode, sandboxee) else { return };
        let text = said(host);
        assert!(text.ends_with("done\n"), "{text}");
    }
}

#[test]
fn a_launch_server_s_sandboxes_end_with_the_host_though_copies_of_it_live() {
    let Some(mut host) = bad_host("orphan", "echo") else { return };
    let mut line = String::new();
    BufReader::new(host.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let sandboxee = pidfd(line.trim().parse().unwrap());
    let mut copy = host.stdin.take().unwrap();
    copy.write_all(b"\n").unwrap();
    host.wait().unwrap();
    let ended = ends(&sandboxee);
    drop(copy);
    assert!(ended);
}

#[test]
fn a_host_without_descriptors_leaves_no_process_behind() {
    let Some(host) = bad_host("emfile", "exit") else { return };
    let text = said(host);
    assert!(text.ends_with("done\n"), "{text}");
}

#[test]
fn a_launch_server_that_dies_in_the_middle_of_a_request_leaves_no_process_behind() {
    let Some(host) = bad_host("deaths", "exit") else { return };
    let text = said(host);
    assert!(text.ends_with("done\n"), "{text}");
}

#[test]
fn a_launch_server_has_nothing_in_the_way_of_what_the_host_maps_later() {
    let Some(host) = bad_host("reuse", "exit") else { return };
    let text = said(host);
    assert!(text.ends_with("done\n"), "{text}");
}

#[test]
fn a_host_with_few_descriptors_can_stop_a_sandbox_with_many_processes() {
    let Some(host) = bad_host("pause", "herd") else { return };
    let text = said(host);
    assert!(text.ends_with("done\n"), "{text}");
}
