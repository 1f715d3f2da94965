//! Frames over a stream socket: as few system calls as there can be, and nothing believed that the other side says.
//!
//! The receiver reads ahead, so that small messages cost less than a call each. Descriptors come with the first byte of their
//! frame. The kernel hands them over with that byte, together with bytes before it and never with bytes after what was sent along with
//! them: so it is known in which piece of the stream they were, and they count only for a frame that begins there.

use core::mem::MaybeUninit;
use core::ops::Range;
use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;

use super::deadline::Deadline;
use super::frame::{HEADER, Header, MOST_DESCRIPTORS};
use crate::error::{Error, Result};
use crate::sys::{self, Along, Credentials};

/// How much is read ahead.
const AHEAD: usize = 4 * 1024;

/// The sending half.
#[derive(Debug)]
pub(super) struct SocketOut {
    socket: Arc<OwnedFd>,
}

impl SocketOut {
    pub(super) fn new(socket: Arc<OwnedFd>) -> SocketOut {
        SocketOut { socket }
    }

    pub(super) fn socket(&self) -> &Arc<OwnedFd> {
        &self.socket
    }

    /// Sends a frame in one piece, without descriptors.
    #[inline]
    pub(super) fn send_whole(&self, frame: &[u8], deadline: Deadline) -> Result<()> {
        match sys::send_bytes(self.socket.as_fd(), frame, deadline.is_none()) {
            Ok(count) if count == frame.len() => Ok(()),
            Ok(count) => self.send_from(count, frame, &[], &[], deadline),
            Err(_) => self.send_from(0, frame, &[], &[], deadline),
        }
    }

    /// Sends a frame, which is in one piece (`payload` is empty then) or in two.
    pub(super) fn send(
        &self,
        header: &[u8],
        payload: &[u8],
        descriptors: &[BorrowedFd<'_>],
        deadline: Deadline,
    ) -> Result<()> {
        self.send_from(0, header, payload, descriptors, deadline)
    }

    /// Sends what is left of a frame after so many bytes.
    fn send_from(
        &self,
        mut sent: usize,
        header: &[u8],
        payload: &[u8],
        descriptors: &[BorrowedFd<'_>],
        deadline: Deadline,
    ) -> Result<()> {
        let mut numbers: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        while sent < header.len() + payload.len() {
            let head = header.get(sent..).unwrap_or_default();
            let body = payload.get(sent.saturating_sub(header.len())..).unwrap_or_default();
            let parts = if head.is_empty() { [body, head] } else { [head, body] };
            match sys::send(self.socket.as_fd(), parts, &numbers, deadline.is_none()) {
                Ok(count) => {
                    sent += count;
                    numbers.clear();
                    if sent < header.len() + payload.len() {
                        self.unfinished(deadline.check())?;
                    }
                }
                Err(libc::EINTR) => {}
                Err(libc::EAGAIN) => match deadline.wait(self.socket.as_fd(), libc::POLLOUT) {
                    Err(error) if sent > 0 => self.unfinished(Err(error))?,
                    waited => waited?,
                },
                Err(libc::EPIPE | libc::ECONNRESET | libc::ENOTCONN) => return Err(Error::Closed),
                Err(errno) => {
                    let failed = Err(Error::System { what: "sending a message", errno });
                    if sent == 0 { failed? } else { self.unfinished(failed)? }
                }
            }
        }
        Ok(())
    }

    /// After a part of a frame: the other side would take what comes next for the rest of it.
    fn unfinished(&self, result: Result<()>) -> Result<()> {
        if result.is_err() {
            self.shut_down();
        }
        result
    }

    pub(super) fn shut_down(&self) {
        sys::shut_down(self.socket.as_fd());
    }
}

/// Descriptors, and the piece of the stream that has the byte that they are attached to.
#[derive(Debug)]
struct Batch {
    piece: Range<u64>,
    descriptors: Vec<OwnedFd>,
}

/// The receiving half.
#[derive(Debug)]
pub(super) struct SocketIn {
    socket: Arc<OwnedFd>,
    /// What was read ahead: `start..end` of it.
    ahead: Box<[MaybeUninit<u8>]>,
    start: usize,
    end: usize,
    /// How many bytes have come, those ahead among them.
    received: u64,
    /// Where the next frame begins, or that is read at the moment.
    next: u64,
    batches: VecDeque<Batch>,
    sender: Option<Credentials>,
    /// The stream is out of step, or at its end.
    broken: bool,
}

/// One frame's header, and what came with it; its payload is still to be read.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) header: Header,
    pub(super) descriptors: Vec<OwnedFd>,
    pub(super) sender: Option<Credentials>,
    pub(super) deadline: Deadline,
}

impl SocketIn {
    pub(super) fn new(socket: Arc<OwnedFd>) -> SocketIn {
        SocketIn {
            socket,
            ahead: Box::new_uninit_slice(AHEAD),
            start: 0,
            end: 0,
            received: 0,
            next: 0,
            batches: VecDeque::new(),
            sender: None,
            broken: false,
        }
    }

    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Waits for the next frame, and takes its header.
    pub(super) fn begin(&mut self, deadline: Deadline) -> Result<Begun> {
        if self.broken {
            return Err(Error::Closed);
        }
        let bytes = loop {
            match self.take() {
                Some(bytes) => break bytes,
                // A time-out here leaves the stream in step.
                None => self.read_ahead(deadline)?,
            }
        };
        let header = Header::decode(bytes).map_err(|error| self.give_up(error))?;
        let descriptors = self.attached(header)?;
        Ok(Begun { header, descriptors, sender: self.sender, deadline })
    }

    /// The descriptors of the frame whose header was just taken.
    fn attached(&mut self, header: Header) -> Result<Vec<OwnedFd>> {
        let here = self.next;
        self.next = here + (HEADER + header.length as usize) as u64;
        if header.descriptors == 0 && self.batches.is_empty() {
            return Ok(Vec::new());
        }
        let mut descriptors = Vec::new();
        if header.descriptors > 0 {
            match self.batches.pop_front() {
                Some(batch) if batch.piece.contains(&here) => descriptors = batch.descriptors,
                _ => return Err(self.give_up(Error::Malformed("descriptors are missing that a header announces"))),
            }
            if descriptors.len() != usize::from(header.descriptors) {
                return Err(
                    self.give_up(Error::Malformed("another number of descriptors came than a header announces"))
                );
            }
        }
        self.no_strays()?;
        Ok(descriptors)
    }

    /// Ends the channel if there are descriptors that no frame can be meant to have: those before the next one.
    fn no_strays(&mut self) -> Result<()> {
        if self.batches.front().is_some_and(|batch| batch.piece.end <= self.next) {
            return Err(self.give_up(Error::Malformed("descriptors came that no header announces")));
        }
        Ok(())
    }

    /// Nothing more can be made of this stream.
    pub(super) fn give_up(&mut self, error: Error) -> Error {
        self.broken = true;
        self.batches.clear();
        sys::shut_down(self.socket.as_fd());
        error
    }

    /// Reads past as many bytes.
    pub(super) fn skip(&mut self, mut left: usize, deadline: Deadline) -> Result<()> {
        let mut waited = false;
        loop {
            let here = left.min(self.end - self.start);
            self.start += here;
            left -= here;
            if left == 0 {
                return Ok(());
            }
            // The first time nothing has come that could be a trickle.
            let in_time = if waited { deadline.check() } else { Ok(()) };
            if let Err(error) = in_time.and_then(|()| self.read_ahead(deadline)) {
                return Err(self.give_up(error));
            }
            waited = true;
        }
    }

    /// Fills `place`; if that cannot be done, the stream is out of step.
    pub(super) fn fill(&mut self, place: &mut [MaybeUninit<u8>], deadline: Deadline) -> Result<()> {
        let here = place.len().min(self.end - self.start);
        let (known, mut rest) = place.split_at_mut(here);
        known.copy_from_slice(self.ahead.get(self.start..self.start + here).unwrap_or_default());
        self.start += here;
        while !rest.is_empty() {
            match self.receive(Some(rest), deadline) {
                Ok(count) => rest = rest.get_mut(count..).unwrap_or_default(),
                Err(error) => return Err(self.give_up(error)),
            }
            // Who sends a byte at a time is not waited for longer than others.
            if !rest.is_empty()
                && let Err(error) = deadline.check()
            {
                return Err(self.give_up(error));
            }
        }
        Ok(())
    }

    /// Takes a number of bytes that is known while compiling, if they were all read ahead.
    #[inline]
    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes: &[MaybeUninit<u8>; N] = self.ahead.get(self.start..self.end)?.first_chunk()?;
        // SAFETY: everything in `start..end` was written by the kernel.
        let bytes = bytes.map(|byte| unsafe { byte.assume_init() });
        self.start += N;
        Some(bytes)
    }

    fn read_ahead(&mut self, deadline: Deadline) -> Result<()> {
        if self.start > 0 {
            self.ahead.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        self.receive(None, deadline).map(drop)
    }

    /// One `recvmsg`: into `place` first, if there is one (nothing is ahead then), and ahead. How many bytes of `place`.
    fn receive(&mut self, place: Option<&mut [MaybeUninit<u8>]>, deadline: Deadline) -> Result<usize> {
        let place = place.unwrap_or_default();
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        loop {
            let mut along = Along::default();
            let ahead = &mut self.ahead[self.end..];
            match sys::receive(self.socket.as_fd(), place, ahead, &mut along, deadline.is_none()) {
                Ok(0) => {
                    self.broken = true;
                    self.batches.clear();
                    return Err(Error::Closed);
                }
                Ok(count) => {
                    self.came(count, along)?;
                    let first = count.min(place.len());
                    self.end += count - first;
                    return Ok(first);
                }
                Err(libc::EINTR) => {}
                Err(libc::EAGAIN) => deadline.wait(self.socket.as_fd(), libc::POLLIN)?,
                Err(libc::ECONNRESET | libc::ENOTCONN) => {
                    self.broken = true;
                    self.batches.clear();
                    return Err(Error::Closed);
                }
                Err(errno) => return Err(Error::System { what: "receiving a message", errno }),
            }
        }
    }

    /// Notes what came along with so many bytes.
    fn came(&mut self, count: usize, along: Along) -> Result<()> {
        let piece = self.received..self.received + count as u64;
        self.received = piece.end;
        self.sender = along.sender;
        if along.descriptors.is_empty() && !along.truncated {
            return Ok(());
        }
        self.came_along(piece, along)
    }

    #[cold]
    fn came_along(&mut self, piece: Range<u64>, along: Along) -> Result<()> {
        if along.truncated {
            return Err(self.give_up(Error::Malformed(
                "descriptors were lost: too many came, or this process has no room for more",
            )));
        }
        self.batches.push_back(Batch { piece, descriptors: along.descriptors });
        // One frame's, and those of the one before it that is being read.
        if self.batches.iter().map(|batch| batch.descriptors.len()).sum::<usize>() > MOST_DESCRIPTORS * 2 {
            return Err(self.give_up(Error::Malformed("more descriptors came than headers announce")));
        }
        self.no_strays()
    }
}
