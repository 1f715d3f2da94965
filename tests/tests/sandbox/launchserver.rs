//! Sandboxes that a launch server makes in the host's place.

use std::fs;
use std::path::Path;
use std::time::Duration;

use sandbox2::{Executor, LaunchServer, Sandbox2, Status};
use sandbox2_tests::host;

use crate::{ANYTHING, PRINTING, executor, run};

fn server() -> Option<LaunchServer> {
    host::can_launch().then(|| LaunchServer::start().unwrap_or_else(|error| panic!("{error:#}")))
}

#[test]
fn its_sandboxes_are_like_all_others() {
    let Some(server) = server() else { return };
    let Some(executor) = executor("whoami", &["one"]) else { return };
    let (outcome, text) = run(executor.launched_by(&server).dir("/proc"), &ANYTHING);
    assert!(outcome.is_ok(), "{outcome:#}");
    for line in
        ["pid 2 parent 1 session 2\n", "uid 1000 gid 1000\n", "no_new_privs 1 securebits 0xef\n", "host sandbox2\n"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn codes_signals_violations_and_errors_come_through() {
    let Some(server) = server() else { return };
    for round in 0..20 {
        let Some(exits) = executor("exit", &["7"]) else { return };
        let (outcome, _) = run(exits.launched_by(&server), &ANYTHING);
        assert_eq!(outcome.status, Status::Exited { code: 7 }, "{round}: {outcome:#}");
    }
    let Some(call) = executor("call", &["39"]) else { return };
    let outcome = Sandbox2::new(call.launched_by(&server), &PRINTING).run();
    assert!(matches!(outcome.status, Status::Violation(_)), "{outcome:#}");
    let Some(exits) = executor("exit", &["0"]) else { return };
    let outcome = Sandbox2::new(exits.launched_by(&server).file("/no/such/file"), &ANYTHING).run();
    match outcome.status {
        Status::SetupFailed(error) => assert_eq!(error.stage(), sandbox2::Stage::MountSource),
        other => panic!("{other:?}"),
    }
    assert!(server.is_alive());
}

#[test]
fn a_sandboxee_has_the_descriptors_that_it_was_given_and_so_has_the_server() {
    let Some(server) = server() else { return };
    let secret = fs::File::open("/proc/version").unwrap();
    let Some(mut executor) = executor("descriptors", &[]) else { return };
    // Numbers that the server has for other things are among these.
    for number in [3, 5, 9, 400] {
        executor.ipc_mut().map_dup_fd(std::os::fd::AsFd::as_fd(&secret), number).unwrap();
    }
    let (outcome, text) = run(executor.launched_by(&server), &ANYTHING);
    assert!(outcome.is_ok(), "{outcome:#}");
    let numbers: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(numbers, ["0", "1", "2", "3", "5", "9", "400"], "{text}");
    let own: Vec<_> =
        fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().map(|fd| fd.unwrap().file_name()).collect();
    assert_eq!(own, ["0"]);
}

#[test]
fn it_has_nothing_of_the_host_s_memory() {
    let large = std::hint::black_box(vec![7_u8; 64 << 20]);
    let Some(server) = server() else { return };
    // It is told nothing before it is ready, so that the first sandbox is when it is.
    let Some(exits) = executor("exit", &["0"]) else { return };
    assert!(run(exits.launched_by(&server), &ANYTHING).0.is_ok());
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    let kib: u64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 8 << 10, "{kib} KiB");
    assert!(status.contains("Name:\tsandbox2-server\n"), "{status}");
    drop(large);
}

#[test]
fn one_that_has_died_is_replaced() {
    let Some(server) = server() else { return };
    let first = server.pid();
    // SAFETY: a process that this test has started, and that nobody has reaped.
    assert_eq!(unsafe { libc::kill(first.cast_signed(), libc::SIGKILL) }, 0);
    while server.is_alive() {
        std::thread::yield_now();
    }
    let Some(exits) = executor("exit", &["5"]) else { return };
    assert_eq!(run(exits.launched_by(&server), &ANYTHING).0.status, Status::Exited { code: 5 });
    assert_ne!(server.pid(), first);
}

#[test]
fn it_ends_with_its_last_owner_and_its_sandboxes_go_on() {
    let Some(server) = server() else { return };
    let Some(mut executor) = executor("echo", &[]) else { return };
    let stream = executor.ipc_mut().receive_fd(0).unwrap();
    let mut sandbox = Sandbox2::new(executor.launched_by(&server), &ANYTHING);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    let pid = server.pid();
    drop(server);
    // The executor that had the other clone is gone with the launch.
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert_eq!(sandbox.await_result_timeout(Duration::from_millis(50)), Err(sandbox2::StillRunning));
    drop(stream);
    assert!(sandbox.await_result().is_ok());
}

#[test]
fn programs_that_sandbox_themselves_and_forked_ones_can_be_made_so() {
    let Some(server) = server() else { return };
    let program = Path::new(env!("CARGO_BIN_EXE_short"));
    let forks = Executor::fork_server(program).unwrap_or_else(|error| panic!("{error:#}"));
    for _ in 0..3 {
        let outcome = Sandbox2::new(Executor::from_fork_server(&forks).launched_by(&server), &ANYTHING).run();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
    let program = Path::new(env!("CARGO_BIN_EXE_guest"));
    let mut executor = Executor::new(program, ["guest", "twice"]).libraries(program).sandbox_before_exec(false);
    let _comms = executor.ipc_mut().comms().unwrap();
    let outcome = Sandbox2::new(executor.launched_by(&server), &ANYTHING).run();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn many_threads_can_use_it_at_once() {
    let Some(server) = server() else { return };
    std::thread::scope(|scope| {
        for code in 0..8 {
            let server = &server;
            scope.spawn(move || {
                for _ in 0..5 {
                    let Some(exits) = executor("exit", &[&code.to_string()]) else { return };
                    let outcome = Sandbox2::new(exits.launched_by(server), &ANYTHING).run();
                    assert_eq!(outcome.status, Status::Exited { code }, "{outcome:#}");
                }
            });
        }
    });
}
