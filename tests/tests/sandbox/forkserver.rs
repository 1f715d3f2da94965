//! Sandboxees that are forked from a program that is ready.

use std::path::Path;
use std::time::Duration;

use sandbox2::client::Error;
use sandbox2::{Comms, Executor, ForkServer, Sandbox2, SetupError, Stage, Status};
use sandbox2_tests::host;

sandbox2::policy! {
    /// What the children need once they are sandboxed.
    static CHILD;

    use system_malloc, exit, threads, rust_std;
    ALLOW sendto, sendmsg, recvmsg, close, fcntl, read, fstat, statx, lseek;
    ALLOW openat if flags & O_ACCMODE == O_RDONLY;
    ALLOW gettid, sched_setscheduler, sched_getscheduler, sched_getparam;
    ALLOW rt_sigprocmask, rt_sigaction;
    ALLOW kill, tgkill, getpid;
}

fn forker(mode: Option<&str>) -> Executor {
    let program = env!("CARGO_BIN_EXE_forker");
    Executor::new(program, ["forker"].into_iter().chain(mode))
}

fn server() -> Option<ForkServer> {
    if !host::can_launch() {
        return None;
    }
    Some(forker(None).start_fork_server().unwrap_or_else(|error| panic!("{error:#}")))
}

/// A child, which has said hello: the process that it was forked from said so to it.
fn child(server: &ForkServer, change: impl FnOnce(&mut Executor)) -> (Sandbox2, Comms, u32) {
    let mut executor = Executor::from_fork_server(server).dir("/proc");
    let mut comms = executor.ipc_mut().comms().expect("it is made once");
    comms.set_timeout(Some(Duration::from_secs(20)));
    change(&mut executor);
    let mut sandbox = Sandbox2::new(executor, &CHILD);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!((comms.receive_bool(), comms.receive_bool()), (Ok(false), Ok(true)));
    let prepared = comms.receive_u32().expect("it says what it was forked from");
    (sandbox, comms, prepared)
}

#[test]
fn many_children_come_from_one_process_and_end_well() {
    let Some(server) = server() else { return };
    for round in 10..20 {
        let (mut sandbox, mut comms, prepared) = child(&server, |_| {});
        assert_eq!(prepared, server.pid());
        comms.send_u32(round).unwrap();
        assert_eq!(comms.receive_u32(), Ok(round + 1));
        comms.send_u32(0).unwrap();
        let outcome = sandbox.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
        assert!(outcome.usage.max_rss > 0, "{outcome:#}");
        assert_eq!(comms.receive_u32(), Err(Error::Closed));
    }
    assert!(server.is_alive());
}

#[test]
fn children_at_the_same_time_do_not_disturb_each_other() {
    let Some(server) = server() else { return };
    let mut children: Vec<_> = (0..8).map(|_| child(&server, |_| {})).collect();
    for (number, (_, comms, _)) in (10..).zip(&mut children) {
        comms.send_u32(number).unwrap();
    }
    for (number, (sandbox, comms, _)) in (10..).zip(&mut children) {
        assert_eq!(comms.receive_u32(), Ok(number + 1));
        comms.send_u32(if number % 2 == 0 { 3 } else { 2 }).unwrap();
        match sandbox.await_result().status {
            Status::Exited { code } => assert_eq!((number % 2, code), (0, 42)),
            Status::Signaled { signal, .. } => assert_eq!((number % 2, signal), (1, libc::SIGABRT)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_child_is_under_its_policy_in_its_namespaces_without_privileges() {
    let Some(server) = server() else { return };
    let (mut sandbox, mut comms, _) = child(&server, |_| {});
    comms.send_u32(5).unwrap();
    let status = comms.receive_text().unwrap();
    let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    assert_eq!((value("Uid:"), value("Gid:")), ("1000\t1000\t1000\t1000", "1000\t1000\t1000\t1000"));
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(value(set), "0000000000000000", "{set}");
    }
    assert_eq!((value("NoNewPrivs:"), value("Seccomp:"), value("Seccomp_filters:")), ("1", "2", "1"));
    // Its own processes, and nobody above.
    assert_eq!(value("NSpid:").split_whitespace().count(), 1);
    assert_eq!(value("PPid:"), "1");
    assert_ne!(value("Pid:"), sandbox.pid().unwrap().to_string());
    comms.send_u32(1).unwrap();
    match sandbox.await_result().status {
        Status::Violation(violation) => assert_eq!(violation.syscall.as_deref(), Some("getppid")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_child_has_the_mapped_descriptors_and_those_that_were_kept() {
    let Some(server) = server() else { return };
    let null = || std::fs::File::open("/dev/null").unwrap().into();
    let (mut sandbox, mut comms, _) = child(&server, |executor| {
        // Numbers that the fork server uses itself are among these.
        for number in (4..12).chain([500, 1022]) {
            executor.ipc_mut().map_fd(null(), number).unwrap();
        }
    });
    comms.send_u32(4).unwrap();
    let numbers: Vec<i32> = std::iter::from_fn(|| comms.receive_i32().ok().filter(|number| *number >= 0)).collect();
    let expected: Vec<i32> = [0, 1, 2].into_iter().chain(4..12).chain([500, 1022, 1023]).collect();
    let without_kept: Vec<i32> = numbers.iter().copied().filter(|number| expected.contains(number)).collect();
    assert_eq!(numbers, without_kept, "nothing else is open");
    assert!(expected.len() - numbers.len() <= 1, "{numbers:?}");
    assert_eq!(comms.receive_bool(), Ok(true));
    comms.send_u32(0).unwrap();
    assert!(sandbox.await_result().is_ok());
}

#[test]
fn the_c_library_knows_the_child_s_thread_and_more_can_be_started() {
    let Some(server) = server() else { return };
    let (mut sandbox, mut comms, _) = child(&server, |_| {});
    comms.send_u32(6).unwrap();
    assert_eq!(comms.receive_bool(), Ok(true));
    comms.send_u32(7).unwrap();
    assert_eq!(comms.receive_u32(), Ok(12));
    comms.send_u32(0).unwrap();
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn limits_and_working_directory_are_those_of_the_child_s_executor() {
    let Some(server) = server() else { return };
    let mut executor = Executor::from_fork_server(&server).dir("/proc").cwd("/nowhere");
    let _comms = executor.ipc_mut().comms().unwrap();
    match Sandbox2::new(executor, &CHILD).run().status {
        Status::SetupFailed(error) => {
            assert_eq!((error.stage(), error.errno()), (Stage::WorkingDirectory, Some(libc::ENOENT)));
            assert_eq!(error.what(), Some("/nowhere"));
        }
        other => panic!("{other:?}"),
    }
    let (mut sandbox, _comms, _) = child(&server, |executor| {
        executor.limits_mut().set_open_files(77).set_wall_time(Duration::from_secs(30));
    });
    let pid = sandbox.pid().unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let open_files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(open_files.split_whitespace().nth(3), Some("77"));
    sandbox.kill();
    assert_eq!(sandbox.await_result().status, Status::Killed);
    assert!(server.is_alive());
}

#[test]
fn no_zombie_is_left_in_the_fork_server() {
    let Some(server) = server() else { return };
    for killed in [false, true] {
        let (mut sandbox, mut comms, _) = child(&server, |_| {});
        let pid = sandbox.pid().unwrap();
        if killed {
            sandbox.kill();
        } else {
            comms.send_u32(0).unwrap();
        }
        drop(sandbox.await_result());
        // A later request is served after the end was noticed.
        let (mut other, mut comms, _) = child(&server, |_| {});
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
        comms.send_u32(0).unwrap();
        assert!(other.await_result().is_ok());
    }
}

#[test]
fn a_fork_server_that_dies_is_noticed_and_can_be_restarted() {
    let Some(server) = server() else { return };
    let (mut sandbox, _comms, _) = child(&server, |_| {});
    let first = server.pid();
    // SAFETY: a process that this test has started, and that nobody has reaped.
    assert_eq!(unsafe { libc::kill(first.cast_signed(), libc::SIGKILL) }, 0);
    match sandbox.await_result().status {
        // It has run.
        Status::InternalError { what } => assert!(what.contains("the fork server has ended"), "{what}"),
        other => panic!("{other:?}"),
    }
    assert!(!server.is_alive());
    let run = || Sandbox2::new(Executor::from_fork_server(&server), &CHILD).run();
    match run().status {
        Status::SetupFailed(error) => {
            assert_eq!(error.stage(), Stage::ForkServer);
            assert!(error.hint().unwrap().contains("restart"), "{error:#}");
        }
        other => panic!("{other:?}"),
    }
    server.restart().unwrap_or_else(|error| panic!("{error:#}"));
    assert_ne!(server.pid(), first);
    let (mut sandbox, mut comms, prepared) = child(&server, |_| {});
    assert_eq!(prepared, server.pid());
    comms.send_u32(0).unwrap();
    assert!(sandbox.await_result().is_ok());
}

#[test]
fn a_fork_server_ends_with_its_last_owner() {
    let Some(server) = server() else { return };
    let pid = server.pid();
    drop(server.clone());
    assert!(server.is_alive());
    let (mut sandbox, mut comms, _) = child(&server, |_| {});
    comms.send_u32(0).unwrap();
    assert!(sandbox.await_result().is_ok());
    drop(sandbox);
    // It has a process ready for the next request, which ends with it.
    let of_its_own = || std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    while of_its_own().is_empty() {
        std::thread::yield_now();
    }
    let spare = of_its_own().trim().to_owned();
    drop(server);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    let runs = || {
        let stat = std::fs::read_to_string(format!("/proc/{spare}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
    };
    while runs() {
        std::thread::yield_now();
    }
}

#[test]
fn what_is_no_fork_server_is_an_error() {
    if !host::can_launch() {
        return;
    }
    let start = |executor: Executor| -> SetupError {
        executor.handshake_timeout(Duration::from_millis(300)).start_fork_server().unwrap_err()
    };
    let error = start(forker(Some("early")));
    assert_eq!(error.stage(), Stage::ForkServer);
    assert!(error.what().unwrap().contains("has ended, or closed its channel"), "{error:#}");
    assert_eq!(start(forker(Some("sleep"))).errno(), Some(libc::ETIMEDOUT));
    assert!(start(forker(Some("threads"))).what().unwrap().contains("has ended"));
    assert_eq!(start(Executor::new("/no/such/program", ["x"])).stage(), Stage::Program);
    let error = start(forker(None).dir("/usr"));
    assert!(error.to_string().contains("has the host's file system"), "{error:#}");
    let Some(server) = server() else { return };
    let run = |executor: Executor| match Sandbox2::new(executor, &CHILD).run().status {
        Status::SetupFailed(error) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(run(Executor::from_fork_server(&server).arg("x")).contains("the arguments of the fork server"));
    assert!(run(Executor::from_fork_server(&server).env("A", "b")).contains("the environment of the fork server"));
    assert!(run(Executor::from_fork_server(&server).sandbox_before_exec(true)).contains("is not executed"));
}
