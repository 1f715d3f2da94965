//! Packets between a host and a program that it starts: whole or not at all, with descriptors.
//!
//! For the host's side of this very version; nobody else's.

use core::mem::MaybeUninit;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};

use crate::sys::{self, Along};

/// Sends one packet. With `wait` unset it fails by `EAGAIN` where there is no room for it.
///
/// # Errors
/// What `sendmsg` says; `EMSGSIZE` if it is too large.
pub fn send(socket: BorrowedFd<'_>, bytes: &[u8], descriptors: &[RawFd], wait: bool) -> io::Result<()> {
    loop {
        match sys::send(socket, [bytes, &[]], descriptors, wait) {
            Err(libc::EINTR) => {}
            Ok(count) if count != bytes.len() => return Err(error(libc::EMSGSIZE)),
            sent => return sent.map(drop).map_err(error),
        }
    }
}

/// Receives one packet, at most so many bytes as `place` has, and at most `descriptors` with it, close-on-exec; 0 bytes at the end. With
/// `wait` unset it fails by `EAGAIN` where there is none yet.
///
/// # Errors
/// What `recvmsg` says; `EMSGSIZE` if more came than was asked for, which is closed then.
pub fn receive(
    socket: BorrowedFd<'_>,
    place: &mut [u8],
    descriptors: usize,
    wait: bool,
) -> io::Result<(usize, Vec<OwnedFd>)> {
    receive_along(socket, place, descriptors, wait).map(|(length, along)| (length, along.descriptors))
}

/// As [`receive`], without descriptors, and with the process that sent it, as it is numbered here: 0 if it is not visible here, or
/// [nobody asked](ask_for_sender).
///
/// # Errors
/// As for [`receive`].
pub fn receive_from(socket: BorrowedFd<'_>, place: &mut [u8], wait: bool) -> io::Result<(usize, i32)> {
    receive_along(socket, place, 0, wait).map(|(length, along)| (length, along.sender.map_or(0, |sender| sender.pid)))
}

/// Has the kernel say of each packet that is sent from now on who sends it.
///
/// # Errors
/// What `setsockopt` says.
pub fn ask_for_sender(socket: BorrowedFd<'_>) -> io::Result<()> {
    sys::ask_for_sender(socket).map_err(error)
}

fn receive_along(
    socket: BorrowedFd<'_>,
    place: &mut [u8],
    descriptors: usize,
    wait: bool,
) -> io::Result<(usize, Along)> {
    let mut along = Along::default();
    let (bytes, size): (*mut [u8], usize) = (place, place.len());
    // Of a packet that is longer the kernel would leave the rest out and say so nowhere but here.
    let mut more = [MaybeUninit::uninit(); 1];
    loop {
        // SAFETY: bytes are initialised before and after; the kernel writes nothing but bytes.
        let place = unsafe { &mut *(bytes as *mut [MaybeUninit<u8>]) };
        match sys::receive(socket, place, &mut more, &mut along, wait) {
            Err(libc::EINTR) => {}
            Ok(length) if length > size => return Err(error(libc::EMSGSIZE)),
            Ok(_) if along.truncated || along.descriptors.len() > descriptors => return Err(error(libc::EMSGSIZE)),
            received => return received.map(|length| (length, along)).map_err(error),
        }
    }
}

fn error(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

#[cfg(test)]
mod tests {
    use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _};

    use super::*;

    fn pair() -> (OwnedFd, OwnedFd) {
        let mut numbers: [RawFd; 2] = [-1; 2];
        // SAFETY: there is a place for two numbers.
        let made = unsafe {
            libc::socketpair(libc::AF_UNIX, libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC, 0, numbers.as_mut_ptr())
        };
        assert_eq!(made, 0);
        // SAFETY: they have just been made, and are owned here alone.
        numbers.map(|number| unsafe { OwnedFd::from_raw_fd(number) }).into()
    }

    #[test]
    fn a_packet_comes_whole_or_not_at_all() {
        let (one, other) = pair();
        let mut place = [0; 4];
        for (packet, fits) in [(&b"four"[..], true), (b"longer", false), (b"six", true)] {
            send(one.as_fd(), packet, &[one.as_raw_fd()], false).unwrap();
            match receive(other.as_fd(), &mut place, 1, false) {
                Ok((length, descriptors)) => {
                    assert!(fits && descriptors.len() == 1);
                    assert_eq!(place.get(..length), Some(packet));
                }
                Err(error) => assert!(!fits && error.raw_os_error() == Some(libc::EMSGSIZE), "{error}"),
            }
        }
        send(one.as_fd(), b"four", &[one.as_raw_fd()], false).unwrap();
        let refused = receive(other.as_fd(), &mut place, 0, false).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EMSGSIZE));
    }
}
