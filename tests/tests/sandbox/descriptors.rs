//! Which descriptors the sandboxee has, and who holds their other ends.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use sandbox2::Sandbox2;

use crate::{ANYTHING, executor, output};

/// A descriptor of the host's without close-on-exec, at a number that old code forgets to close.
fn leaky(number: i32) -> OwnedFd {
    let file = File::open("/dev/null").expect("/dev/null can be opened");
    // SAFETY: the number is free: no test opens that many files.
    assert_eq!(unsafe { libc::dup2(file.as_raw_fd(), number) }, number);
    // SAFETY: just made, and ours.
    unsafe { OwnedFd::from_raw_fd(number) }
}

#[test]
fn the_sandboxee_has_the_mapped_descriptors_and_no_other() {
    let Some(mut executor) = executor("descriptors", &[]) else { return };
    let _low = leaky(613);
    let _high = (limit() > 5001).then(|| leaky(5000));
    let file = File::open("/dev/null").expect("/dev/null can be opened");
    executor.ipc_mut().map_dup_fd(file.as_fd(), 42).expect("42 is free");
    executor.ipc_mut().map_dup_fd(file.as_fd(), 900).expect("900 is free");
    assert_eq!(output(executor), "0 1 2 42 900\n");
}

fn limit() -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the limit is a local.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit.rlim_cur
}

#[test]
fn a_number_can_be_mapped_once() {
    let Some(mut executor) = executor("descriptors", &[]) else { return };
    let file = File::open("/dev/null").expect("/dev/null can be opened");
    executor.ipc_mut().map_dup_fd(file.as_fd(), 5).expect("5 is free");
    let error = executor.ipc_mut().map_dup_fd(file.as_fd(), 5).expect_err("5 is taken");
    assert!(error.to_string().contains('5'), "{error}");
}

/// Each descriptor is wanted at the number that another one has.
#[test]
fn descriptors_can_change_places() {
    let Some(mut executor) = executor("echo", &[]) else { return };
    let (mut to_stdin, from_host) = std::os::unix::net::UnixStream::pair().expect("a pair of sockets");
    let null = File::open("/dev/null").expect("/dev/null can be opened");
    executor.ipc_mut().map_fd(from_host.into(), 0).expect("0 is free");
    for number in 3..40 {
        executor.ipc_mut().map_dup_fd(null.as_fd(), number).expect("the number is free");
    }
    to_stdin.write_all(b"through").expect("the socket takes it");
    to_stdin.shutdown(std::net::Shutdown::Write).expect("the socket can be shut");
    assert_eq!(output(executor), "through");
}

#[test]
fn standard_input_is_empty_unless_it_is_mapped() {
    let Some(executor) = executor("echo", &[]) else { return };
    assert_eq!(output(executor), "");
}

/// The host keeps no copy of what it gave away, so the end comes when the sandboxee closes it, not when it ends.
#[test]
fn the_end_of_a_stream_comes_in_time() {
    let Some(mut executor) = executor("echo", &["close"]) else { return };
    let mut out = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let stdin = executor.ipc_mut().receive_fd(0).expect("0 is free");
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).expect("the end comes");
    assert!(!running.is_terminated(), "the sandboxee still waits for its standard input");
    drop(stdin);
    assert!(running.await_result().is_ok());
}
