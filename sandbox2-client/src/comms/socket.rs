//! Frames over a stream socket: as few system calls as there can be, and nothing believed that the other side says.
//!
//! The receiver reads ahead, so that small messages cost less than a call each. Descriptors come with the first byte of their
//! frame and wait in a queue; the kernel never hands them over later than that byte, so a frame's own are there once its header is.

use core::mem::MaybeUninit;
use core::time::Duration;
use std::collections::VecDeque;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Instant;

use super::frame::{HEADER, Header, MOST_DESCRIPTORS};
use crate::error::{Error, Result};
use crate::sys::{self, Along, Credentials};

/// How much is read ahead.
const AHEAD: usize = 16 * 1024;

/// Payloads up to that many bytes are sent in one piece with their header.
const TOGETHER: usize = 1024;

/// How much memory a payload gets before any of it has come: what is only announced costs no more.
const AT_ONCE: usize = 1 << 20;

/// When an operation has to be over.
#[derive(Clone, Copy, Debug)]
struct Deadline(Option<Instant>);

impl Deadline {
    fn within(time: Option<Duration>) -> Deadline {
        Deadline(time.and_then(|time| Instant::now().checked_add(time)))
    }

    /// Whether a call may wait by itself: only where there is no deadline.
    fn is_none(self) -> bool {
        self.0.is_none()
    }

    /// Waits until `events` may be there.
    fn wait(self, fd: BorrowedFd<'_>, events: i16) -> Result<()> {
        loop {
            let left = self.0.map(|at| at.saturating_duration_since(Instant::now()));
            match sys::poll(fd, events, left) {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(Error::TimedOut),
                Err(libc::EINTR) => {}
                Err(errno) => return Err(Error::System { what: "waiting for the other side", errno }),
            }
        }
    }
}

/// The sending half.
#[derive(Debug)]
pub(super) struct Outgoing {
    socket: Arc<OwnedFd>,
    pub(super) timeout: Option<Duration>,
}

impl Outgoing {
    pub(super) fn new(socket: Arc<OwnedFd>) -> Outgoing {
        Outgoing { socket, timeout: None }
    }

    /// Sends one frame.
    pub(super) fn send(&self, tag: u32, payload: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<()> {
        let most = Error::TooLarge { length: payload.len() as u64, most: u32::MAX.into() };
        let length = u32::try_from(payload.len()).map_err(|_| most)?;
        if descriptors.len() > MOST_DESCRIPTORS {
            return Err(Error::Descriptors { expected: MOST_DESCRIPTORS, found: descriptors.len() });
        }
        let header = Header { tag, length, descriptors: descriptors.len() as u8 }.encode();
        // One piece costs the kernel less than two.
        let mut whole = [0; HEADER + TOGETHER];
        let (header, payload) = match whole.get_mut(..HEADER + payload.len()) {
            Some(place) => {
                place[..HEADER].copy_from_slice(&header);
                place[HEADER..].copy_from_slice(payload);
                (&*place, &[][..])
            }
            None => (&header[..], payload),
        };
        let mut numbers: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        let deadline = Deadline::within(self.timeout);
        let mut sent = 0;
        while sent < header.len() + payload.len() {
            let head = header.get(sent..).unwrap_or_default();
            let body = payload.get(sent.saturating_sub(header.len())..).unwrap_or_default();
            match sys::send(self.socket.as_fd(), [head, body], &numbers, deadline.is_none()) {
                Ok(count) => {
                    sent += count;
                    numbers.clear();
                }
                Err(libc::EINTR) => {}
                Err(libc::EAGAIN) => match deadline.wait(self.socket.as_fd(), libc::POLLOUT) {
                    Err(Error::TimedOut) if sent > 0 => {
                        // The other side would take what comes next for the rest of this.
                        self.terminate();
                        return Err(Error::TimedOut);
                    }
                    waited => waited?,
                },
                Err(libc::EPIPE | libc::ECONNRESET | libc::ENOTCONN) => return Err(Error::Closed),
                Err(errno) => {
                    if sent > 0 {
                        self.terminate();
                    }
                    return Err(Error::System { what: "sending a message", errno });
                }
            }
        }
        Ok(())
    }

    pub(super) fn terminate(&self) {
        sys::shut_down(self.socket.as_fd());
    }
}

/// The receiving half.
#[derive(Debug)]
pub(super) struct Incoming {
    socket: Arc<OwnedFd>,
    pub(super) timeout: Option<Duration>,
    /// What was read ahead: `start..end` of it.
    ahead: Box<[MaybeUninit<u8>]>,
    start: usize,
    end: usize,
    descriptors: VecDeque<OwnedFd>,
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
    deadline: Deadline,
}

impl Incoming {
    pub(super) fn new(socket: Arc<OwnedFd>) -> Incoming {
        Incoming {
            socket,
            timeout: None,
            ahead: Box::new_uninit_slice(AHEAD),
            start: 0,
            end: 0,
            descriptors: VecDeque::new(),
            sender: None,
            broken: false,
        }
    }

    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Waits for the next frame, and takes its header.
    pub(super) fn begin(&mut self) -> Result<Begun> {
        if self.broken {
            return Err(Error::Closed);
        }
        let deadline = Deadline::within(self.timeout);
        while self.end - self.start < HEADER {
            // A time-out here leaves the stream in step.
            self.read_ahead(deadline)?;
        }
        let mut bytes = [0; HEADER];
        self.take(&mut bytes);
        let header = match Header::decode(bytes) {
            Ok(header) => header,
            Err(error) => return Err(self.give_up(error)),
        };
        let count = usize::from(header.descriptors);
        if self.descriptors.len() < count {
            return Err(self.give_up(Error::Malformed("descriptors are missing that a header announces")));
        }
        let descriptors = self.descriptors.drain(..count).collect();
        if self.start == self.end && !self.descriptors.is_empty() {
            return Err(self.give_up(Error::Malformed("more descriptors came than headers announce")));
        }
        Ok(Begun { header, descriptors, sender: self.sender, deadline })
    }

    /// The payload of a frame.
    pub(super) fn payload(&mut self, begun: &Begun) -> Result<Vec<u8>> {
        let length = begun.header.length as usize;
        let mut payload = Vec::new();
        while payload.len() < length {
            let step = (length - payload.len()).min(payload.len().max(AT_ONCE));
            if payload.try_reserve(step).is_err() {
                return Err(self.give_up(Error::System { what: "memory for a message", errno: libc::ENOMEM }));
            }
            let before = payload.len();
            let room = payload.spare_capacity_mut().get_mut(..step).unwrap_or_default();
            self.fill(room, begun.deadline)?;
            // SAFETY: `fill` has initialised `step` bytes after the old length.
            unsafe { payload.set_len(before + step) };
        }
        Ok(payload)
    }

    /// The payload of a frame, as long as `place`.
    pub(super) fn payload_into(&mut self, begun: &Begun, place: &mut [u8]) -> Result<()> {
        let bytes: *mut [u8] = place;
        // SAFETY: bytes are initialised before and after; `fill` writes nothing but bytes that are.
        let place = unsafe { &mut *(bytes as *mut [MaybeUninit<u8>]) };
        self.fill(place, begun.deadline)
    }

    /// Reads past a payload that nobody wants.
    pub(super) fn skip(&mut self, begun: &Begun) -> Result<()> {
        let mut left = begun.header.length as usize;
        loop {
            let here = left.min(self.end - self.start);
            self.start += here;
            left -= here;
            if left == 0 {
                return Ok(());
            }
            if let Err(error) = self.read_ahead(begun.deadline) {
                return Err(self.give_up(error));
            }
        }
    }

    /// Nothing more can be made of this stream.
    pub(super) fn give_up(&mut self, error: Error) -> Error {
        self.broken = true;
        self.descriptors.clear();
        sys::shut_down(self.socket.as_fd());
        error
    }

    /// Fills `place`; if that cannot be done, the stream is out of step.
    fn fill(&mut self, place: &mut [MaybeUninit<u8>], deadline: Deadline) -> Result<()> {
        let here = place.len().min(self.end - self.start);
        let (known, mut rest) = place.split_at_mut(here);
        known.copy_from_slice(self.ahead.get(self.start..self.start + here).unwrap_or_default());
        self.start += here;
        while !rest.is_empty() {
            match self.receive(Some(rest), deadline) {
                Ok(count) => rest = rest.get_mut(count..).unwrap_or_default(),
                Err(error) => return Err(self.give_up(error)),
            }
        }
        Ok(())
    }

    /// Takes bytes that were read ahead.
    fn take(&mut self, place: &mut [u8; HEADER]) {
        for (byte, place) in self.ahead[self.start..self.start + HEADER].iter().zip(place) {
            // SAFETY: everything in `start..end` was written by the kernel, and there are as many as a header has.
            *place = unsafe { byte.assume_init() };
        }
        self.start += HEADER;
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
                    self.descriptors.clear();
                    return Err(Error::Closed);
                }
                Ok(count) => {
                    self.descriptors.append(&mut along.descriptors);
                    self.sender = along.sender;
                    if along.truncated {
                        return Err(self.give_up(Error::Malformed(
                            "descriptors were lost: too many came, or this process has no room for more",
                        )));
                    }
                    // One frame's that is being read, and those of frames that were read ahead.
                    if self.descriptors.len() > MOST_DESCRIPTORS * 2 {
                        return Err(self.give_up(Error::Malformed("more descriptors came than headers announce")));
                    }
                    let first = count.min(place.len());
                    self.end += count - first;
                    return Ok(first);
                }
                Err(libc::EINTR) => {}
                Err(libc::EAGAIN) => deadline.wait(self.socket.as_fd(), libc::POLLIN)?,
                Err(libc::ECONNRESET | libc::ENOTCONN) => {
                    self.broken = true;
                    return Err(Error::Closed);
                }
                Err(errno) => return Err(Error::System { what: "receiving a message", errno }),
            }
        }
    }
}
