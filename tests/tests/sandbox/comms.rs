//! The channel between a host and a sandboxee that links the client.

use std::io::{Read, Seek};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use sandbox2::client::{Error, tag};
use sandbox2::{Comms, Executor, Policy, Sandbox2, Status};
use sandbox2_tests::host;

sandbox2::policy! {
    /// What talking takes, and a program around it.
    static TALKER;

    use dynamic_startup, rust_std;
    ALLOW sendto, sendmsg, recvmsg if fd == 5;
    // The talker copies its own end once.
    ALLOW fcntl if cmd == F_DUPFD_CLOEXEC && fd == 5;
}

sandbox2::policy! {
    /// What talking through shared memory takes; descriptors still go by the socket.
    static SHARING_TALKER;

    use dynamic_startup, rust_std, shared_memory_comms;
    ALLOW sendto, sendmsg, recvmsg if fd == 5;
}

/// A running sandboxee, and the channel to it.
fn talker() -> Option<(Sandbox2, Comms)> {
    talker_under(&TALKER)
}

fn talker_under(policy: &'static Policy) -> Option<(Sandbox2, Comms)> {
    if !host::can_launch() {
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_talker"));
    let mut executor = Executor::new(program, ["talker"]).libraries(program);
    let mut comms = Comms::new(executor.ipc_mut().receive_fd(5).expect("nothing else is mapped"));
    comms.set_timeout(Some(Duration::from_secs(20)));
    comms.expect_credentials().expect("a socket has them");
    let mut sandbox = Sandbox2::new(executor, policy);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    Some((sandbox, comms))
}

#[test]
fn numbers_bytes_and_descriptors_go_both_ways() {
    let Some((mut sandbox, mut comms)) = talker() else { return };
    for number in [0, 7, 0xffff_fffe] {
        comms.send_u32(number).unwrap();
        assert_eq!(comms.receive_u32(), Ok(number + 1));
    }
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| (number % 255) as u8).collect();
    comms.send_bytes(&bytes).unwrap();
    assert!(comms.receive_bytes().unwrap().into_iter().rev().eq(bytes));
    let scratch = sandbox2_tests::scratch::Scratch::new("comms");
    let path = scratch.file("file", "");
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    comms.send_descriptor(file.as_fd()).unwrap();
    assert_eq!(comms.receive_status().unwrap().message, "written");
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "from inside");
    comms.send(0, &[], &[]).unwrap();
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
    // It is gone, and the host had no other copy of its end.
    assert_eq!(comms.receive_u32(), Err(Error::Closed));
}

#[test]
fn the_kernel_tells_the_host_who_speaks() {
    let Some((mut sandbox, mut comms)) = talker() else { return };
    comms.send(tag::CREDENTIALS, &[], &[]).unwrap();
    let sender = comms.receive_credentials().unwrap();
    assert_eq!(u32::try_from(sender.pid).ok(), sandbox.pid());
    comms.send(0, &[], &[]).unwrap();
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn what_the_host_did_not_want_is_an_error_and_the_channel_goes_on() {
    let Some((mut sandbox, mut comms)) = talker() else { return };
    comms.send(1, &[], &[]).unwrap();
    assert_eq!(comms.receive_u32(), Err(Error::Mismatch { expected: tag::U32, found: 2 }));
    comms.send_u32(1).unwrap();
    assert_eq!(comms.receive_u32(), Ok(2));
    sandbox.kill();
    assert_eq!(comms.receive_u32(), Err(Error::Closed));
    assert!(matches!(sandbox.await_result().status, Status::Killed));
}

#[test]
fn messages_go_through_shared_memory_and_descriptors_beside_it() {
    let Some((mut sandbox, mut comms)) = talker_under(&SHARING_TALKER) else { return };
    comms.send(3, &[], &[]).unwrap();
    comms.upgrade_to_shared_memory(Some(64 << 10)).unwrap();
    for number in [0, 7, 0xffff_fffe] {
        comms.send_u32(number).unwrap();
        assert_eq!(comms.receive_u32(), Ok(number + 1));
    }
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| (number % 255) as u8).collect();
    comms.send_bytes(&bytes).unwrap();
    assert!(comms.receive_bytes().unwrap().into_iter().rev().eq(bytes));
    let scratch = sandbox2_tests::scratch::Scratch::new("shared-comms");
    let path = scratch.file("file", "");
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    comms.send_descriptor(file.as_fd()).unwrap();
    assert_eq!(comms.receive_status().unwrap().message, "written");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "from inside");
    comms.send(tag::CREDENTIALS, &[], &[]).unwrap();
    let sender = comms.receive_credentials().unwrap();
    assert_eq!(u32::try_from(sender.pid).ok(), sandbox.pid());
    comms.send(0, &[], &[]).unwrap();
    let outcome = sandbox.await_result();
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(comms.receive_u32(), Err(Error::Closed));
}

#[test]
fn a_sandboxee_that_is_killed_while_memory_is_shared_is_noticed() {
    let Some((mut sandbox, mut comms)) = talker_under(&SHARING_TALKER) else { return };
    comms.send(3, &[], &[]).unwrap();
    comms.upgrade_to_shared_memory(None).unwrap();
    comms.set_timeout(None);
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| comms.receive_u32());
        sandbox.kill();
        assert_eq!(waits.join().unwrap(), Err(Error::Closed));
    });
    assert!(matches!(sandbox.await_result().status, Status::Killed));
}
