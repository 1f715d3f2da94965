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
    let bytes: *mut [u8] = place;
    loop {
        // SAFETY: bytes are initialised before and after; the kernel writes nothing but bytes.
        let place = unsafe { &mut *(bytes as *mut [MaybeUninit<u8>]) };
        match sys::receive(socket, place, &mut [], &mut along, wait) {
            Err(libc::EINTR) => {}
            Ok(_) if along.truncated || along.descriptors.len() > descriptors => return Err(error(libc::EMSGSIZE)),
            received => return received.map(|length| (length, along)).map_err(error),
        }
    }
}

fn error(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}
