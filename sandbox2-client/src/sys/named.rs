//! Sockets that have a name.

use core::mem::{offset_of, size_of};
use core::time::Duration;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use super::{Outcome, outcome};

/// What a UNIX socket is called; never empty, and not longer than [`ROOM`](SocketName::ROOM) allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SocketName {
    /// A file, without the zero at the end.
    Path(Vec<u8>),
    /// Without the zero at the beginning.
    Abstract(Vec<u8>),
}

impl SocketName {
    /// How long a name may be, with its zero.
    pub(crate) const ROOM: usize = 108;

    /// As the kernel wants it, and its length.
    fn encode(&self) -> (libc::sockaddr_un, libc::socklen_t) {
        let (at, bytes, after) = match self {
            SocketName::Path(bytes) => (0, bytes, 1),
            SocketName::Abstract(bytes) => (1, bytes, 0),
        };
        let mut address = libc::sockaddr_un { sun_family: libc::AF_UNIX as _, sun_path: [0; SocketName::ROOM] };
        for (place, byte) in address.sun_path.iter_mut().skip(at).zip(bytes) {
            *place = byte.cast_signed() as _;
        }
        let length = offset_of!(libc::sockaddr_un, sun_path) + at + bytes.len() + after;
        (address, length.min(size_of::<libc::sockaddr_un>()) as libc::socklen_t)
    }
}

/// A stream socket, close-on-exec.
pub(crate) fn unix_socket() -> Outcome<OwnedFd> {
    // SAFETY: takes numbers alone.
    let socket = unsafe { libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
    let socket = outcome(socket as isize)?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(socket as i32) })
}

/// Gives a socket its name, which nothing may have.
pub(crate) fn bind(socket: BorrowedFd<'_>, name: &SocketName) -> Outcome<()> {
    let (address, length) = name.encode();
    // SAFETY: the address lives until the call is over, and is as long as it says.
    outcome(unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) } as isize).map(drop)
}

/// Lets others connect. [`accept`] does not wait afterwards.
pub(crate) fn listen(socket: BorrowedFd<'_>, waiting: i32) -> Outcome<()> {
    let yes: libc::c_int = 1;
    // SAFETY: the kernel reads one number.
    outcome(unsafe { libc::ioctl(socket.as_raw_fd(), libc::FIONBIO, &raw const yes) } as isize)?;
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::listen(socket.as_raw_fd(), waiting) } as isize).map(drop)
}

/// The next who has connected: a socket that waits, close-on-exec.
pub(crate) fn accept(socket: BorrowedFd<'_>) -> Outcome<OwnedFd> {
    let (nobody, no_length) = (core::ptr::null_mut(), core::ptr::null_mut());
    // SAFETY: without a place for the address the call takes numbers alone.
    let accepted = unsafe { libc::accept4(socket.as_raw_fd(), nobody, no_length, libc::SOCK_CLOEXEC) };
    let accepted = outcome(accepted as isize)?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(accepted as i32) })
}

/// Connects to whoever listens.
pub(crate) fn connect(socket: BorrowedFd<'_>, name: &SocketName) -> Outcome<()> {
    let (address, length) = name.encode();
    // SAFETY: the address lives until the call is over, and is as long as it says.
    outcome(unsafe { libc::connect(socket.as_raw_fd(), (&raw const address).cast(), length) } as isize).map(drop)
}

/// How long connecting may take; `None`: as long as it takes. At least a microsecond: the kernel knows nothing less.
pub(crate) fn set_send_time(socket: BorrowedFd<'_>, time: Option<Duration>) -> Outcome<()> {
    let value = time.map_or(libc::timeval { tv_sec: 0, tv_usec: 0 }, |time| {
        let time = time.max(Duration::from_micros(1));
        // The most that the kernel takes on every machine.
        let seconds = time.as_secs().min(i32::MAX as u64);
        libc::timeval { tv_sec: seconds.cast_signed(), tv_usec: time.subsec_micros().into() }
    });
    let (place, length) = ((&raw const value).cast(), size_of::<libc::timeval>() as libc::socklen_t);
    // SAFETY: the value lives until the call is over, and is as long as it says.
    let set = unsafe { libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_SNDTIMEO, place, length) };
    outcome(set as isize).map(drop)
}
