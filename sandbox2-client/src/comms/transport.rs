//! The two halves of a channel, over whatever carries them: the socket alone, or shared memory beside it.

use core::mem::MaybeUninit;
use core::time::Duration;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;

use super::deadline::Deadline;
use super::frame::{self, HEADER, Header, MOST_DESCRIPTORS};
use super::shared::{RingIn, RingOut};
use super::socket::{Begun, SocketIn, SocketOut};
use super::tag;
use crate::error::{Error, Result};

/// Payloads up to that many bytes are copied behind their header: one piece costs the kernel less than two.
const TOGETHER: usize = 1024;

/// How much memory a payload gets before any of it has come: what is only announced costs no more.
const AT_ONCE: usize = 1 << 20;

/// The sending half.
#[derive(Debug)]
pub(super) struct Outgoing {
    socket: SocketOut,
    ring: Option<RingOut>,
    pub(super) timeout: Option<Duration>,
}

impl Outgoing {
    pub(super) fn new(socket: Arc<OwnedFd>) -> Outgoing {
        Outgoing { socket: SocketOut::new(socket), ring: None, timeout: None }
    }

    pub(super) fn socket(&self) -> &Arc<OwnedFd> {
        self.socket.socket()
    }

    /// From now on bytes go through that.
    pub(super) fn share(&mut self, ring: RingOut) {
        self.ring = Some(ring);
    }

    pub(super) fn is_shared(&self) -> bool {
        self.ring.is_some()
    }

    /// Sends one frame without descriptors, whose length is known while compiling.
    #[inline]
    pub(super) fn send_fixed<const N: usize>(&mut self, tag: u32, payload: [u8; N]) -> Result<()> {
        let header = Header { tag, length: const { N as u32 }, descriptors: 0 };
        let frame = Fixed(header.encode(), payload);
        self.pieces(header, frame.bytes(), &[], &[], Deadline::within(self.timeout))
    }

    /// Sends one frame.
    pub(super) fn send(&mut self, tag: u32, payload: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<()> {
        let most = Error::TooLarge { length: payload.len() as u64, most: u32::MAX.into() };
        let length = u32::try_from(payload.len()).map_err(|_| most)?;
        if descriptors.len() > MOST_DESCRIPTORS {
            return Err(Error::Descriptors { expected: MOST_DESCRIPTORS, found: descriptors.len() });
        }
        let header = Header { tag, length, descriptors: descriptors.len() as u8 };
        let deadline = Deadline::within(self.timeout);
        let bytes = header.encode();
        match payload.len() {
            // Two sizes, so that little does not pay for much.
            0..=16 => self.pieces(
                header,
                together::<{ HEADER + 16 }>(&mut [0; _], bytes, payload),
                &[],
                descriptors,
                deadline,
            ),
            17..=TOGETHER => {
                let mut place = Aligned([0; HEADER + TOGETHER]);
                self.pieces(header, together(&mut place.0, bytes, payload), &[], descriptors, deadline)
            }
            _ => self.pieces(header, &bytes, payload, descriptors, deadline),
        }
    }

    fn pieces(
        &mut self,
        header: Header,
        head: &[u8],
        body: &[u8],
        descriptors: &[BorrowedFd<'_>],
        deadline: Deadline,
    ) -> Result<()> {
        let Some(ring) = &mut self.ring else {
            return match (body, descriptors) {
                ([], []) => self.socket.send_whole(head, deadline),
                _ => self.socket.send(head, body, descriptors, deadline),
            };
        };
        if header.has_something_along() {
            ring.is_open().inspect_err(|_| ring.end())?;
            self.socket.send(&frame::along(header.descriptors).encode(), &[], descriptors, deadline)?;
            // What comes along is on its way; without its frame both sides would be out of step.
            return ring.send(head, body, deadline).inspect_err(|_| ring.end());
        }
        ring.send(head, body, deadline)
    }

    pub(super) fn terminate(&mut self) {
        self.socket.shut_down();
        if let Some(ring) = &mut self.ring {
            ring.end();
        }
    }
}

/// A header and its payload in one piece: bytes one after another.
#[repr(C)]
struct Fixed<const N: usize>([u8; HEADER], [u8; N]);

impl<const N: usize> Fixed<N> {
    fn bytes(&self) -> &[u8] {
        // SAFETY: two arrays of bytes, which have no gap between or after them, and live as long as `self`.
        unsafe { core::slice::from_raw_parts(core::ptr::from_ref(self).cast(), HEADER + N) }
    }
}

#[repr(align(64))]
struct Aligned<const N: usize>([u8; N]);

/// A header and its payload in one piece.
fn together<'a, const N: usize>(place: &'a mut [u8; N], header: [u8; HEADER], payload: &[u8]) -> &'a [u8] {
    let whole = &mut place[..HEADER + payload.len()];
    let (head, body) = whole.split_at_mut(HEADER);
    head.copy_from_slice(&header);
    body.copy_from_slice(payload);
    whole
}

/// The receiving half.
#[derive(Debug)]
pub(super) struct Incoming {
    stream: SocketIn,
    ring: Option<RingIn>,
    pub(super) timeout: Option<Duration>,
}

impl Incoming {
    pub(super) fn new(socket: Arc<OwnedFd>) -> Incoming {
        Incoming { stream: SocketIn::new(socket), ring: None, timeout: None }
    }

    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.stream.socket()
    }

    /// From now on bytes come through that.
    pub(super) fn share(&mut self, ring: RingIn) {
        self.ring = Some(ring);
    }

    /// Waits for the next frame, and takes its header.
    pub(super) fn begin(&mut self) -> Result<Begun> {
        let deadline = Deadline::within(self.timeout);
        let Some(ring) = &mut self.ring else { return self.stream.begin(deadline) };
        if self.stream.is_broken() {
            return Err(Error::Closed);
        }
        let mut bytes = [0; HEADER];
        let header = match ring.header(&mut bytes, deadline).and_then(|()| Header::decode(bytes)) {
            Ok(header) => header,
            // Nothing was taken.
            Err(Error::TimedOut) => return Err(Error::TimedOut),
            Err(error) => return Err(self.give_up(error)),
        };
        if !header.has_something_along() {
            return Ok(Begun { header, descriptors: Vec::new(), sender: None, deadline });
        }
        let along = self.stream.begin(deadline).map_err(|error| self.give_up(error))?;
        if along.header != frame::along(header.descriptors) {
            return Err(self.give_up(Error::Malformed("what came along belongs to another message")));
        }
        Ok(Begun { header, ..along })
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
            if let Some(ring) = &mut self.ring {
                let got = ring.append_to(step, &mut payload, begun.deadline);
                got.map_err(|error| self.give_up(error))?;
                continue;
            }
            let before = payload.len();
            let room = payload.spare_capacity_mut().get_mut(..step).unwrap_or_default();
            self.stream.fill(room, begun.deadline)?;
            // SAFETY: `fill` has initialised `step` bytes after the old length.
            unsafe { payload.set_len(before + step) };
        }
        Ok(payload)
    }

    /// The payload of a frame, whose length is known while compiling.
    #[inline]
    pub(super) fn payload_fixed<const N: usize>(&mut self, begun: &Begun) -> Result<[u8; N]> {
        if self.ring.is_none()
            && let Some(bytes) = self.stream.take()
        {
            return Ok(bytes);
        }
        let mut bytes = [0; N];
        self.payload_into(begun, &mut bytes)?;
        Ok(bytes)
    }

    /// The payload of a frame, as long as `place`.
    pub(super) fn payload_into(&mut self, begun: &Begun, place: &mut [u8]) -> Result<()> {
        if let Some(ring) = &mut self.ring {
            return ring.fill(place, begun.deadline).map_err(|error| self.give_up(error));
        }
        let bytes: *mut [u8] = place;
        // SAFETY: bytes are initialised before and after; `fill` writes nothing but bytes that are.
        let place = unsafe { &mut *(bytes as *mut [MaybeUninit<u8>]) };
        self.stream.fill(place, begun.deadline)
    }

    /// Reads past a payload that nobody wants.
    pub(super) fn skip(&mut self, begun: &Begun) -> Result<()> {
        let length = begun.header.length as usize;
        match &mut self.ring {
            Some(ring) => ring.skip(length, begun.deadline).map_err(|error| self.give_up(error)),
            None => self.stream.skip(length, begun.deadline),
        }
    }

    /// Nothing more can be made of this channel.
    pub(super) fn give_up(&mut self, error: Error) -> Error {
        if let Some(ring) = &mut self.ring {
            ring.end();
        }
        self.stream.give_up(error)
    }

    /// As [`give_up`](Self::give_up), at the wish of this side.
    pub(super) fn terminate(&mut self) {
        let _ = self.give_up(Error::Closed);
    }
}

impl Header {
    /// Whether something of the frame goes by the socket even where there is shared memory.
    fn has_something_along(self) -> bool {
        self.descriptors > 0 || self.tag == tag::CREDENTIALS
    }
}
