//! Programs that link the client: sandboxed before they start, or on their own word.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use sandbox2::client::{Buffer, Error};
use sandbox2::{Comms, Executor, Outcome, Sandbox2, SetupError, Stage, Status};
use sandbox2_tests::host;

sandbox2::policy! {
    /// What the guest needs once it is sandboxed.
    static GUEST;

    use system_malloc, rust_after_start, comms, shared_memory;
    ALLOW futex, rt_sigprocmask, read, lseek;
}

sandbox2::policy! {
    /// And before.
    static FROM_THE_START;

    use dynamic_startup, rust_std;
    ALLOW sendto, sendmsg, recvmsg, close, fcntl, read, fstat, statx, lseek;
}

fn guest(mode: &str) -> Option<Executor> {
    if !host::can_launch() {
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_guest"));
    Some(Executor::new(program, ["guest", mode]).libraries(program).dir("/proc"))
}

fn start(mode: &str, change: impl FnOnce(&mut Executor)) -> Option<(Sandbox2, Comms)> {
    let mut executor = guest(mode)?.sandbox_before_exec(false);
    let mut comms = executor.ipc_mut().comms().expect("it is made once");
    comms.set_timeout(Some(Duration::from_secs(20)));
    change(&mut executor);
    let mut sandbox = Sandbox2::new(executor, &GUEST);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    Some((sandbox, comms))
}

/// What a program that does it wrong comes to.
fn fails(mode: &str) -> Option<SetupError> {
    let executor = guest(mode)?.sandbox_before_exec(false).handshake_timeout(Duration::from_millis(300));
    match Sandbox2::new(executor, &GUEST).run().status {
        Status::SetupFailed(error) => Some(error),
        other => panic!("{mode}: {other:?}"),
    }
}

fn violates(outcome: &Outcome) -> &str {
    match &outcome.status {
        Status::Violation(violation) => violation.syscall.as_deref().unwrap_or_default(),
        _ => panic!("{outcome:#}"),
    }
}

#[test]
fn a_program_sandboxes_itself_when_it_is_ready() {
    let Some((mut sandbox, mut comms)) = start("talk", |_| {}) else { return };
    assert_eq!((comms.receive_bool(), comms.receive_bool()), (Ok(false), Ok(true)));
    assert!(comms.receive_u32().unwrap() > 10, "it could open a file before");
    comms.send_u32(7).unwrap();
    assert_eq!(comms.receive_u32(), Ok(8));
    comms.send_u32(0).unwrap();
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(comms.receive_u32(), Err(Error::Closed));
}

#[test]
fn what_the_policy_forbids_is_a_violation_from_then_on() {
    let Some((mut sandbox, mut comms)) = start("talk", |_| {}) else { return };
    comms.send_u32(1).unwrap();
    assert_eq!(violates(&sandbox.await_result()), "getppid");
}

#[test]
fn the_policy_is_in_force_in_threads_that_were_there_before() {
    let Some(executor) = guest("threads") else { return };
    let outcome = Sandbox2::new(executor.sandbox_before_exec(false), &GUEST).run();
    assert_eq!(violates(&outcome), "getppid");
}

#[test]
fn what_can_be_had_once_is_had_once() {
    let Some((mut sandbox, mut comms)) = start("twice", |_| {}) else { return };
    for _ in 0..4 {
        assert_eq!(comms.receive_bool(), Ok(true));
    }
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn neither_the_listener_nor_the_way_to_ask_is_left_in_the_sandboxee() {
    let Some((mut sandbox, mut comms)) = start("list", |_| {}) else { return };
    let numbers: Vec<i32> = std::iter::from_fn(|| comms.receive_i32().ok().filter(|number| *number >= 0)).collect();
    assert_eq!(numbers, [0, 1, 2, 1023]);
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn descriptors_are_found_by_name_wherever_they_are() {
    for before in [true, false] {
        let Some(executor) = guest("names") else { return };
        let mut executor = executor.sandbox_before_exec(before);
        let scratch = sandbox2_tests::scratch::Scratch::new("names");
        let file = |name: &str| File::open(scratch.file(name, name)).unwrap().into();
        let ipc = executor.ipc_mut();
        let mut comms = ipc.comms().unwrap();
        comms.set_timeout(Some(Duration::from_secs(20)));
        // The numbers that the channel and the way to ask would have.
        ipc.map_fd(file("one"), (1023, "one")).unwrap();
        ipc.map_fd(file("two"), (1022, "two")).unwrap();
        ipc.map_fd(file("three"), (812, "three")).unwrap();
        ipc.map_fd(file("four"), "four").unwrap();
        let mut sandbox = Sandbox2::new(executor, if before { &FROM_THE_START } else { &GUEST });
        sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
        for (name, number) in [("one", 1023), ("two", 1022), ("three", 812), ("four", 3)] {
            comms.send_text(name).unwrap();
            assert_eq!((comms.receive_bool(), comms.receive_i32()), (Ok(true), Ok(number)), "{name}");
            assert_eq!(comms.receive_text().unwrap(), name);
        }
        for gone in ["one", "five"] {
            comms.send_text(gone).unwrap();
            assert_eq!(comms.receive_bool(), Ok(false));
        }
        comms.send_text("").unwrap();
        let outcome = sandbox.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

#[test]
fn a_hundred_mebibytes_are_shared_from_the_start() {
    let memory = Buffer::new(100 << 20).unwrap();
    memory.fill(0, memory.len(), b'Z').unwrap();
    let map = |executor: &mut Executor| executor.ipc_mut().map_dup_fd(memory.as_fd(), "memory").map(drop).unwrap();
    let Some((mut sandbox, mut comms)) = start("memory", map) else { return };
    assert_eq!(comms.receive_bool(), Ok(true));
    assert_eq!(comms.receive_barrier(), Ok(()));
    assert!(memory.to_vec().iter().all(|byte| *byte == b'A'));
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn a_program_that_ends_before_it_is_sandboxed_is_told_by_its_end() {
    let Some(error) = fails("early") else { return };
    assert_eq!(error.stage(), Stage::Handshake);
    assert_eq!(error.what(), Some("the program ended before it put its policy in force: exit code 3"));
    assert!(error.hint().unwrap().contains("sandbox_me_here"));
}

#[test]
fn a_program_that_never_asks_is_ended_in_time() {
    let Some(error) = fails("sleep") else { return };
    assert_eq!((error.stage(), error.errno()), (Stage::Handshake, None));
    assert_eq!(error.what(), Some("the program did not ask for its policy within 300ms"));
}

#[test]
fn a_program_that_closes_its_way_to_ask_is_ended() {
    let Some(error) = fails("close") else { return };
    assert!(error.what().unwrap().starts_with("the program has closed the descriptor to ask over"), "{error:#}");
}

#[test]
fn a_program_that_speaks_otherwise_is_ended() {
    let Some(error) = fails("garbage") else { return };
    assert_eq!(error.what(), Some("it sent more than a message of the handshake has"));
    let Some(error) = fails("newer") else { return };
    assert_eq!(error.what(), Some("it speaks version 9 of the handshake, this host version 1"));
    assert!(error.hint().unwrap().contains("link the sandbox2-client"));
    let Some(error) = fails("lie") else { return };
    assert_eq!(error.what(), Some("the place where it would say how it went cannot be read"));
}

#[test]
fn a_program_that_cannot_be_executed_says_so_as_ever() {
    let Some(executor) = guest("talk") else { return };
    // Its loader is not among the files.
    drop(executor);
    let program = Path::new(env!("CARGO_BIN_EXE_guest"));
    let executor = Executor::new(program, ["guest", "talk"]).sandbox_before_exec(false);
    match Sandbox2::new(executor, &GUEST).run().status {
        Status::SetupFailed(error) => assert_eq!((error.stage(), error.errno()), (Stage::Exec, Some(libc::ENOENT))),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_host_can_kill_it_and_the_wall_time_counts_before_it_is_sandboxed() {
    let Some(executor) = guest("sleep") else { return };
    let mut executor = executor.sandbox_before_exec(false);
    executor.limits_mut().set_wall_time(Duration::from_millis(100));
    let outcome = Sandbox2::new(executor, &GUEST).run();
    assert!(matches!(outcome.status, Status::TimedOut { .. }), "{outcome:#}");
}
