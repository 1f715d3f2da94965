//! Whether the program has been executed: for whoever waits until it runs.
//!
//! The program's descriptor is close-on-exec in the sandboxee. While the sandboxee has it, the exec is not done.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use nix::sys::stat::fstat;

use crate::sys::{Errno, calls};

/// How long to look. An exec that takes longer is on a file system that hangs; the sandboxee is then said to run.
const PATIENCE: Duration = Duration::from_secs(2);
const SHORTEST: Duration = Duration::from_micros(50);
const LONGEST: Duration = Duration::from_millis(5);

/// Which file a descriptor is open on.
pub(crate) type FileId = (u64, u64);

/// The file behind `fd`.
pub(crate) fn file_id(fd: BorrowedFd<'_>) -> Option<FileId> {
    fstat(fd).ok().map(|stat| (stat.st_dev, stat.st_ino))
}

/// A look-out for one exec.
#[derive(Debug)]
pub(crate) struct ExecWatch {
    number: RawFd,
    program: FileId,
    since: Instant,
    /// How long to wait until the next look.
    pub(crate) pause: Duration,
}

impl ExecWatch {
    /// Watches for the sandboxee's exec of its descriptor `number`.
    pub(crate) fn new(number: RawFd, program: FileId) -> ExecWatch {
        ExecWatch { number, program, since: Instant::now(), pause: SHORTEST }
    }

    /// Whether the program runs.
    pub(crate) fn is_done(&mut self, main: BorrowedFd<'_>) -> bool {
        self.pause = (self.pause * 2).min(LONGEST);
        self.since.elapsed() > PATIENCE || self.is_executed(main)
    }

    fn is_executed(&self, main: BorrowedFd<'_>) -> bool {
        let copy = |number| calls::pidfd_getfd(main.as_raw_fd(), number);
        match copy(self.number) {
            // Another file: the program has opened it under the same number.
            Ok(file) => file_id(file.as_fd()) != Some(self.program),
            // The exec failed, or the program has ended already: the sandbox is about to be gone.
            Err(Errno(libc::ESRCH)) => false,
            // Closed by the exec, or with all the others by the sandboxee's end, which some kernels do not tell apart.
            Err(Errno(libc::EBADF)) => (0..3).any(|stream| copy(stream).is_ok()),
            // Out of reach, as a program is that its user may not read.
            Err(_) => true,
        }
    }
}
