//! The hostile other side of shared memory: it offers it, or takes what was offered, and writes what it likes.
//!
//! The layout is that of version 1, written down here once more, so that a change of it is noticed.

use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::net::UnixStream;

use sandbox2_client::{Buffer, packet};

use crate::script::Script;

/// Where the bytes begin.
const HEAD: usize = 4096;
/// The least capacity of a way.
const LEAST: usize = 4096;
/// The highest bit of a count: no more will come.
const CLOSED: u32 = 1 << 31;

/// Memory that a peer shares with its victim.
#[derive(Debug)]
pub struct Memory {
    buffer: Buffer,
    capacity: usize,
    /// Where the numbers of the way to the victim are, and those of the way back.
    there: usize,
    back: usize,
    /// How many bytes were written to the victim.
    at: u32,
}

impl Memory {
    /// Memory as it should be, or not quite, and the request that goes with it; `None` where this process has no room for it.
    #[must_use]
    pub fn offer(script: &mut Script<'_>) -> Option<(Memory, Vec<u8>)> {
        let (wrong, value) = (script.byte(), script.word());
        let capacity = LEAST << (wrong % 4);
        let size = if wrong & 0xf0 == 0x10 { value as usize % (1 << 20) } else { HEAD + 2 * capacity };
        let buffer = Buffer::new(size).ok()?;
        if wrong & 0xf0 != 0x20 {
            buffer.seal_size().ok()?;
        }
        let version = if wrong & 0xf0 == 0x30 { value } else { 1 };
        let announced = if wrong & 0xf0 == 0x40 { u64::from(value) << (wrong % 33) } else { capacity as u64 };
        let request = [&version.to_le_bytes()[..], &announced.to_le_bytes()].concat();
        Some((Memory { buffer, capacity, there: 0, back: 128, at: 0 }, request))
    }

    /// Takes what the victim offers, if it does: whatever it has sent until now is read.
    #[must_use]
    pub fn take(socket: &UnixStream) -> Option<Memory> {
        let mut place = [0; 4096];
        let (_, mut descriptors) = packet::receive(socket.as_fd(), &mut place, 253, false).ok()?;
        let buffer = Buffer::from_fd(descriptors.pop()?).ok()?;
        let capacity = buffer.len().checked_sub(HEAD)? / 2;
        capacity.is_power_of_two().then_some(Memory { buffer, capacity, there: 128, back: 0, at: 0 })
    }

    /// The descriptor to send.
    #[must_use]
    pub fn descriptor(&self) -> i32 {
        self.buffer.as_fd().as_raw_fd()
    }

    /// Writes bytes as they should be written, if there is room, and says that they are there; how many.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        let read = self.buffer.load_u32(self.there + 64).unwrap_or(0);
        let filled = self.at.wrapping_sub(read) & (CLOSED - 1);
        if self.capacity.saturating_sub(filled as usize) < bytes.len() {
            return 0;
        }
        let base = HEAD + if self.there == 0 { 0 } else { self.capacity };
        let at = self.at as usize & (self.capacity - 1);
        let (first, second) = bytes.split_at(bytes.len().min(self.capacity - at));
        // It fails where the memory was too small from the beginning.
        let _ = self.buffer.write_at(base + at, first).and_then(|()| self.buffer.write_at(base, second));
        self.at = self.at.wrapping_add(bytes.len() as u32) & (CLOSED - 1);
        let _ = self.buffer.store_u32(self.there, self.at);
        bytes.len()
    }

    /// Sets one of the numbers, whoever's it is: to a value, or to another one near by.
    pub fn scribble(&mut self, script: &mut Script<'_>) {
        let which = script.byte();
        let way = if which & 1 == 0 { self.there } else { self.back };
        let offset = way + [0, 4, 64, 68][usize::from(which >> 1) % 4];
        let value = match which >> 3 & 3 {
            0 => script.word(),
            1 => self.buffer.load_u32(offset).unwrap_or(0).wrapping_add(u32::from(script.byte())),
            2 => self.buffer.load_u32(offset).unwrap_or(0).wrapping_sub(u32::from(script.byte())),
            _ => self.buffer.load_u32(offset).unwrap_or(0) ^ CLOSED,
        };
        // It fails where the memory was too small from the beginning.
        let _ = self.buffer.store_u32(offset, value);
    }

    /// Writes bytes anywhere.
    pub fn overwrite(&mut self, script: &mut Script<'_>) {
        let offset = script.word() as usize % self.buffer.len().max(1);
        let bytes = script.bytes();
        let fits = bytes.len().min(self.buffer.len() - offset.min(self.buffer.len()));
        let _ = self.buffer.write_at(offset, &bytes[..fits]);
    }
}
