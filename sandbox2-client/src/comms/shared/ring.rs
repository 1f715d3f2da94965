//! The two rings of a channel over shared memory. The other side can write anything anywhere in it at any time: a count of it is loaded
//! once and checked, our own are kept here, and which bytes are touched follows from ours alone.

use std::sync::Arc;

use super::layout::{CLOSED, COUNT};
use super::link::Link;
use crate::comms::deadline::Deadline;
use crate::comms::frame::HEADER;
use crate::error::{Error, Result};

/// How many bytes are copied before the other side is told: it works on them meanwhile.
const CHUNK: usize = 64 * 1024;

/// The sending half.
#[derive(Debug)]
pub(crate) struct RingOut {
    link: Arc<Link>,
    /// How many bytes were written, modulo 2³¹.
    at: u32,
    /// How many of them the other side has read, as it last said.
    seen: u32,
    turn: u32,
    woken: u32,
}

impl RingOut {
    pub(crate) fn new(link: Arc<Link>) -> RingOut {
        RingOut { link, at: 0, seen: 0, turn: 0, woken: 0 }
    }

    /// # Errors
    /// If the channel is at its end.
    pub(crate) fn is_open(&mut self) -> Result<()> {
        self.free().map(drop)
    }

    /// How many bytes can be written, and the count that says so.
    fn free(&mut self) -> Result<(usize, u32)> {
        let count = self.link.load(self.link.out.read);
        if count & CLOSED != 0 || self.link.has_ended() {
            return Err(Error::Closed);
        }
        let filled = self.at.wrapping_sub(count) & COUNT;
        if filled > self.at.wrapping_sub(self.seen) & COUNT {
            return Err(Error::Malformed("more was read than was written, or less than before"));
        }
        self.seen = count;
        // Never more than the capacity was written beyond what was seen to be read.
        Ok((self.link.capacity.get().saturating_sub(filled) as usize, count))
    }

    /// Sends a frame, which is in one piece or two.
    pub(crate) fn send(&mut self, head: &[u8], body: &[u8], deadline: Deadline) -> Result<()> {
        let mut begun = false;
        self.write(head, &mut begun, body.is_empty(), deadline)
            .and_then(|()| self.write(body, &mut begun, true, deadline))
            .inspect_err(|error| {
                // The other side would take what comes next for the rest of this.
                if begun || matches!(error, Error::Malformed(_)) {
                    self.end();
                }
            })
    }

    /// Writes all of `bytes`; tells the other side of the last only if `tell`.
    fn write(&mut self, mut bytes: &[u8], begun: &mut bool, tell: bool, deadline: Deadline) -> Result<()> {
        while !bytes.is_empty() {
            let (free, count) = self.free()?;
            let step = bytes.len().min(CHUNK);
            if free == 0 {
                // What was written without telling is told at the latest now.
                self.tell();
                let (link, waits) = (&self.link, self.link.out.writer_waits);
                link.wait(link.out.read, count, waits, &mut self.turn, deadline)?;
                // Nor who changes the count to and fro without making room.
                if self.free()?.0 == 0 {
                    deadline.check()?;
                }
                continue;
            }
            let (now, later) = bytes.split_at(step.min(free));
            self.copy(now)?;
            *begun = true;
            bytes = later;
            if tell || !bytes.is_empty() {
                self.tell();
            }
            if now.len() < step {
                // Who makes room a byte at a time is not waited for longer than others.
                deadline.check()?;
            }
        }
        Ok(())
    }

    /// Copies bytes for which there is room.
    fn copy(&mut self, bytes: &[u8]) -> Result<()> {
        let capacity = self.link.capacity.get();
        let at = (self.at & (capacity - 1)) as usize;
        let (first, second) = bytes.split_at(bytes.len().min(capacity as usize - at));
        let (memory, start) = (self.link.memory(), self.link.out.bytes);
        if !memory.write(start + at, first) || !second.is_empty() && !memory.write(start, second) {
            return Err(Error::System { what: "writing to shared memory", errno: libc::EFAULT });
        }
        self.at = self.at.wrapping_add(bytes.len() as u32) & COUNT;
        Ok(())
    }

    fn tell(&mut self) {
        let way = &self.link.out;
        self.link.publish(way.written, self.at, way.reader_waits, &mut self.woken);
    }

    pub(crate) fn end(&self) {
        self.link.close(self.link.out.written, self.at);
        self.link.end();
    }
}

/// The receiving half.
#[derive(Debug)]
pub(crate) struct RingIn {
    link: Arc<Link>,
    /// How many bytes were read, modulo 2³¹.
    at: u32,
    /// How many of them the other side was told of.
    told: u32,
    turn: u32,
    woken: u32,
}

impl RingIn {
    pub(crate) fn new(link: Arc<Link>) -> RingIn {
        RingIn { link, at: 0, told: 0, turn: 0, woken: 0 }
    }

    /// How many bytes can be read, and the count that says so.
    fn ready(&self) -> Result<(usize, u32)> {
        let count = self.link.load(self.link.back.written);
        let ready = count.wrapping_sub(self.at) & COUNT;
        if ready > self.link.capacity.get() {
            return Err(Error::Malformed("more was written than there is room for"));
        }
        Ok((ready as usize, count))
    }

    /// Waits until `least` bytes can be read (at most as many as the ring holds); how many can.
    #[inline]
    fn wait(&mut self, least: usize, deadline: Deadline) -> Result<usize> {
        let mut waited = false;
        loop {
            let (ready, count) = self.ready()?;
            if ready >= least {
                return Ok(ready);
            }
            // What is there can still be read after the end.
            if count & CLOSED != 0 || self.link.has_ended() {
                return Err(Error::Closed);
            }
            // Neither who sends a byte at a time nor who changes the count to and fro is waited for longer than others.
            if waited {
                deadline.check()?;
            }
            waited = true;
            self.tell();
            let (link, waits) = (&self.link, self.link.back.reader_waits);
            link.wait(link.back.written, count, waits, &mut self.turn, deadline)?;
        }
    }

    /// Takes a header, or nothing if it is not there in time.
    pub(crate) fn header(&mut self, place: &mut [u8; HEADER], deadline: Deadline) -> Result<()> {
        self.wait(HEADER, deadline)?;
        self.copy(place)
    }

    /// Reads as many bytes as `place` has.
    pub(crate) fn fill(&mut self, mut place: &mut [u8], deadline: Deadline) -> Result<()> {
        while !place.is_empty() {
            let step = self.step(place.len(), deadline)?;
            let (now, later) = place.split_at_mut(step);
            self.copy(now)?;
            place = later;
        }
        Ok(())
    }

    /// Appends as many bytes to `to`, which has room for them.
    pub(crate) fn append_to(&mut self, mut left: usize, to: &mut Vec<u8>, deadline: Deadline) -> Result<()> {
        while left > 0 {
            let step = self.step(left, deadline)?;
            let (start, first) = self.place(step);
            let (memory, bytes) = (self.link.memory(), self.link.back.bytes);
            if !memory.append_to(bytes + start, first, to) || !memory.append_to(bytes, step - first, to) {
                return Err(Error::System { what: "reading from shared memory", errno: libc::EFAULT });
            }
            self.took(step);
            left -= step;
        }
        Ok(())
    }

    /// Reads past as many bytes.
    pub(crate) fn skip(&mut self, mut left: usize, deadline: Deadline) -> Result<()> {
        while left > 0 {
            let step = self.step(left, deadline)?;
            self.took(step);
            left -= step;
        }
        Ok(())
    }

    /// How many of `left` bytes to read next.
    fn step(&mut self, left: usize, deadline: Deadline) -> Result<usize> {
        let wanted = left.min(CHUNK);
        let step = self.wait(1, deadline)?.min(wanted);
        if step < wanted {
            // Who sends a byte at a time is not waited for longer than others.
            deadline.check()?;
        }
        Ok(step)
    }

    /// Where the next bytes begin, and how many of `count` there are before the ring's end.
    fn place(&self, count: usize) -> (usize, usize) {
        let capacity = self.link.capacity.get();
        let at = (self.at & (capacity - 1)) as usize;
        (at, count.min(capacity as usize - at))
    }

    /// Copies bytes that are there.
    fn copy(&mut self, place: &mut [u8]) -> Result<()> {
        let count = place.len();
        let (start, first) = self.place(count);
        let (first, second) = place.split_at_mut(first);
        let (memory, bytes) = (self.link.memory(), self.link.back.bytes);
        if !memory.read(bytes + start, first) || !second.is_empty() && !memory.read(bytes, second) {
            return Err(Error::System { what: "reading from shared memory", errno: libc::EFAULT });
        }
        self.took(count);
        Ok(())
    }

    /// Counts bytes as read, and tells the other side now and then.
    fn took(&mut self, count: usize) {
        self.at = self.at.wrapping_add(count as u32) & COUNT;
        if self.at.wrapping_sub(self.told) & COUNT >= self.link.capacity.get() / 4 {
            self.tell();
        }
    }

    fn tell(&mut self) {
        if self.told != self.at {
            self.told = self.at;
            let way = &self.link.back;
            self.link.publish(way.read, self.at, way.writer_waits, &mut self.woken);
        }
    }

    pub(crate) fn end(&self) {
        self.link.close(self.link.back.read, self.at);
        self.link.end();
    }
}
