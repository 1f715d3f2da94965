//! A thread that waits at a listener, as a handler sees it.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use crate::handlers::{Caller, Reply, Ruling};
use crate::sys::notify::{self, Addition, Notification};
use crate::sys::{Errno, calls};

/// The thread behind a notification.
///
/// Its numbers can be another's from one moment to the next. So whatever is copied from it counts only if it still waits afterwards, and
/// what is given to it goes through the listener, or through what was opened before it was last seen to wait.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) listener: Arc<OwnedFd>,
    pub(super) notification: Notification,
}

fn error(Errno(errno): Errno) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

fn gone() -> io::Error {
    io::Error::from_raw_os_error(libc::ESRCH)
}

impl Waiting {
    fn still_waits(&self) -> io::Result<()> {
        if notify::is_valid(self.listener.as_fd(), self.notification.id) { Ok(()) } else { Err(gone()) }
    }

    /// Answers with the descriptor that was ruled, if one was; then there is no ruling left.
    ///
    /// The kernel has the caller itself take it, and returns only then: as late as the caller likes, since a thread of the least priority may
    /// hardly ever run. So it is the handler's time that this takes, and not that of whoever supervises. If that was over, the call has its answer.
    pub(super) fn give_descriptor(&self, ruling: Ruling) -> Option<Ruling> {
        let Ruling::Reply(Reply::Descriptor { descriptor, cloexec }) = ruling else { return Some(ruling) };
        let addition = Addition { at: None, cloexec, answer: true };
        match notify::add_descriptor(self.listener.as_fd(), self.notification.id, descriptor.as_fd(), addition) {
            Ok(_) => None,
            Err(Errno(errno)) => {
                let errno = u16::try_from(errno).unwrap_or(libc::EPERM as u16);
                Some(Ruling::Reply(Reply::Fail(errno)))
            }
        }
    }

    /// A pidfd of the process that the thread belongs to.
    fn process(&self) -> io::Result<OwnedFd> {
        let thread = i32::try_from(self.notification.pid).ok().filter(|pid| *pid > 0).ok_or_else(gone)?;
        match calls::pidfd_open(thread) {
            // Only the first thread of a process has one.
            Err(Errno(libc::EINVAL | libc::ENOENT)) => {
                let status = fs::read_to_string(format!("/proc/{thread}/status"))?;
                let process = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
                let process = process.and_then(|process| process.trim().parse().ok()).ok_or_else(gone)?;
                calls::pidfd_open(process).map_err(error)
            }
            opened => opened.map_err(error),
        }
    }
}

impl Caller for Waiting {
    fn thread(&self) -> u32 {
        self.notification.pid
    }

    fn read(&self, address: u64, len: usize) -> io::Result<Vec<u8>> {
        notify::read_bytes(self.listener.as_fd(), &self.notification, address, len).ok_or_else(gone)
    }

    fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()> {
        notify::write_bytes(self.listener.as_fd(), &self.notification, address, bytes)
    }

    fn descriptor(&self, number: i32) -> io::Result<OwnedFd> {
        let process = self.process()?;
        let descriptor = calls::pidfd_getfd(process.as_raw_fd(), number).map_err(error)?;
        self.still_waits()?;
        Ok(descriptor)
    }

    fn install(&self, descriptor: BorrowedFd<'_>, at: Option<i32>, cloexec: bool) -> io::Result<i32> {
        if at.is_some_and(i32::is_negative) {
            return Err(io::Error::from_raw_os_error(libc::EBADF));
        }
        let addition = Addition { at, cloexec, answer: false };
        let added = notify::add_descriptor(self.listener.as_fd(), self.notification.id, descriptor, addition);
        added.map_err(error)?.ok_or_else(gone)
    }
}
