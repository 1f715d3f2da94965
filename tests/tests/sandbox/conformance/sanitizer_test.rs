//! `sanitizer_test`: a sandboxee has the descriptors that it was given, whatever its host has open.

use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};
use std::time::Duration;

use sandbox2::Sandbox2;

use super::{MONITORS, each, guest};
use crate::{ANYTHING, executor};

/// A descriptor of the host's that every program would inherit.
fn leaky(file: &File) -> OwnedFd {
    // SAFETY: takes numbers; a copy without close-on-exec.
    let number = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD, 600) };
    assert!(number >= 600, "{}", std::io::Error::last_os_error());
    // SAFETY: just made, and ours.
    unsafe { OwnedFd::from_raw_fd(number) }
}

#[test]
fn a_program_has_its_streams_and_what_was_mapped_and_no_more() {
    let file = File::open("/dev/null").expect("it is there");
    let _leaky = [leaky(&file), leaky(&file)];
    each(|| executor("descriptors", &[]), &ANYTHING, |ran| assert_eq!(ran.written(), "0 1 2\n"));
    // Where the original has the program's own descriptor.
    let mapped = || {
        let mut executor = executor("descriptors", &[])?;
        executor.ipc_mut().map_dup_fd(file.as_fd(), 1022).expect("1022 is free");
        Some(executor)
    };
    each(mapped, &ANYTHING, |ran| assert_eq!(ran.written(), "0 1 2 1022\n"));
}

#[test]
fn a_program_that_sandboxes_itself_has_its_channel_beside_them() {
    for monitor in MONITORS {
        let Some(mut executor) = guest("list") else { return };
        let mut comms = executor.ipc_mut().comms().expect("it is made once");
        comms.set_timeout(Some(Duration::from_secs(60)));
        let mut sandbox = Sandbox2::new(executor, &ANYTHING).monitor(monitor);
        sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
        let numbers: Vec<i32> = std::iter::from_fn(|| comms.receive_i32().ok().filter(|number| *number >= 0)).collect();
        assert_eq!(numbers, [0, 1, 2, 1023]);
        let outcome = sandbox.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}
