//! When an operation has to be over.

use core::time::Duration;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::sys;

/// When an operation has to be over; never, if there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    pub(super) fn within(time: Option<Duration>) -> Deadline {
        Deadline(time.and_then(|time| Instant::now().checked_add(time)))
    }

    /// Whether a call may wait by itself: only where there is no deadline.
    pub(super) fn is_none(self) -> bool {
        self.0.is_none()
    }

    /// What is left of the time.
    pub(super) fn left(self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// An error if the time is over: for whoever does not wait because there is always a little more.
    pub(super) fn check(self) -> Result<()> {
        if self.left() == Some(Duration::ZERO) { Err(Error::TimedOut) } else { Ok(()) }
    }

    /// Waits until `events` may be there.
    pub(super) fn wait(self, fd: BorrowedFd<'_>, events: i16) -> Result<()> {
        loop {
            match sys::poll(fd, events, self.left()) {
                Ok(0) => return Err(Error::TimedOut),
                Ok(_) => return Ok(()),
                Err(libc::EINTR) => {}
                Err(errno) => return Err(Error::System { what: "waiting for the other side", errno }),
            }
        }
    }
}
