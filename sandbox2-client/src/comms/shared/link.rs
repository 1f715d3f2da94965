//! What both halves of a channel over shared memory have in common: the memory, waiting in it, and the end.

use core::sync::atomic::{AtomicBool, Ordering, fence};
use core::time::Duration;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use super::layout::{CLOSED, Capacity, Way};
use crate::comms::deadline::Deadline;
use crate::error::{Error, Result};
use crate::memory::Mapping;
use crate::sys::{self, futex};

/// How often the processor is given away before a thread goes to sleep. The other side is mostly quick, and who does not sleep need not
/// be woken.
const YIELDS: usize = 12;

/// How long a thread sleeps at a time. Nothing in shared memory tells that the other side was killed: between two slices its end of the
/// socket is looked at.
const SLICE: Duration = Duration::from_millis(50);

/// The memory of a channel, and its socket.
#[derive(Debug)]
pub(crate) struct Link {
    memory: Mapping,
    socket: Arc<OwnedFd>,
    pub(super) capacity: Capacity,
    /// The ways, as this side sees them.
    pub(super) out: Way,
    pub(super) back: Way,
    /// One half has found that nothing more can be made of it.
    ended: AtomicBool,
}

impl Link {
    pub(crate) fn new(memory: Mapping, socket: Arc<OwnedFd>, capacity: Capacity, made_here: bool) -> Link {
        let (out, back) = (Way::new(!made_here, capacity), Way::new(made_here, capacity));
        Link { memory, socket, capacity, out, back, ended: AtomicBool::new(false) }
    }

    pub(super) fn memory(&self) -> &Mapping {
        &self.memory
    }

    /// One of the numbers.
    pub(super) fn load(&self, offset: usize) -> u32 {
        // All places of the layout are in the mapping; if one was not, the way would be closed.
        self.memory.load_u32(offset).unwrap_or(CLOSED)
    }

    pub(super) fn store(&self, offset: usize, value: u32) {
        // As above: there is no such place that is not there.
        let _ = self.memory.store_u32(offset, value);
    }

    /// Ends the channel for both halves and both sides.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        sys::shut_down(self.socket.as_fd());
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Sets one of our own counts, and wakes the other side if it waits for that. `woken` is for whom that was done last.
    pub(super) fn publish(&self, offset: usize, value: u32, waits: usize, woken: &mut u32) {
        self.store(offset, value);
        self.wake(offset, waits, woken);
    }

    /// Wakes the other side if it waits for the number at `offset`.
    pub(super) fn wake(&self, offset: usize, waits: usize, woken: &mut u32) {
        // Either it sees the new number before it sleeps, or its wish to be woken is seen here.
        fence(Ordering::SeqCst);
        let waiting = self.load(waits);
        if waiting != 0 && waiting != *woken {
            *woken = waiting;
            self.wake_all(offset);
        }
    }

    fn wake_all(&self, offset: usize) {
        // It fails for no number of the layout; if it did, whoever waits would look for itself after a slice.
        let _ = futex::wake(&self.memory, offset);
    }

    /// Says that no more will come of a count of ours, whatever it was.
    pub(super) fn close(&self, offset: usize, count: u32) {
        self.store(offset, count | CLOSED);
        self.wake_all(offset);
    }

    /// Waits until the number at `offset` is not `old` any more. `turn` tells one wait from the next.
    #[cold]
    pub(super) fn wait(&self, offset: usize, old: u32, waits: usize, turn: &mut u32, deadline: Deadline) -> Result<()> {
        for _ in 0..YIELDS {
            futex::give_way();
            if self.load(offset) != old {
                return Ok(());
            }
        }
        *turn = turn.checked_add(1).unwrap_or(1);
        self.store(waits, *turn);
        fence(Ordering::SeqCst);
        let waited = self.sleep(offset, old, deadline);
        self.store(waits, 0);
        waited
    }

    fn sleep(&self, offset: usize, old: u32, deadline: Deadline) -> Result<()> {
        loop {
            if self.load(offset) != old {
                return Ok(());
            }
            if self.has_ended() {
                return Err(Error::Closed);
            }
            let slice = deadline.left().map_or(SLICE, |left| left.min(SLICE));
            if slice.is_zero() {
                return Err(Error::TimedOut);
            }
            match futex::wait(&self.memory, offset, old, slice) {
                Ok(()) | Err(libc::EINTR | libc::EAGAIN | libc::ETIMEDOUT) => {}
                Err(errno) => return Err(Error::System { what: "waiting for the other side", errno }),
            }
            // A wake-up without a reason counts as a slice: a stream of them must not hide that the other side is gone.
            if self.load(offset) == old && self.is_hung_up()? {
                // It may have written something before it went.
                return if self.load(offset) == old { Err(Error::Closed) } else { Ok(()) };
            }
        }
    }

    fn is_hung_up(&self) -> Result<bool> {
        match sys::poll(self.socket.as_fd(), libc::POLLRDHUP, Some(Duration::ZERO)) {
            Ok(events) => Ok(events != 0),
            Err(libc::EINTR) => Ok(false),
            Err(errno) => Err(Error::System { what: "looking for the other side", errno }),
        }
    }
}

impl Drop for Link {
    /// Both halves are gone: the other side need not wait until it notices.
    fn drop(&mut self) {
        self.close(self.out.written, self.load(self.out.written));
        self.close(self.back.read, self.load(self.back.read));
    }
}
