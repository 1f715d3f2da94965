//! The memory that host and child share: one anonymous mapping with the plan, both stacks and a page of answers.
//!
//! The host fills the plan in before the clone and never changes it afterwards. [`Shared`] alone is written by both
//! sides, with atomics. The mapping is `MAP_SHARED`, so that nothing in it is copied on write and answers get back.

use core::cell::Cell;
use core::mem::{align_of, size_of};
use core::ptr::NonNull;
use core::sync::atomic::{AtomicI32, AtomicI64, AtomicU32};
use std::os::fd::{AsRawFd, OwnedFd};

use super::Errno;

/// What one process tells another during a launch, and init afterwards.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Shared {
    /// 0: no failure; 1: one is being written; 2: the next three words are valid. The first wins.
    pub(crate) failed: AtomicU32,
    pub(crate) stage: AtomicU32,
    pub(crate) detail: AtomicU32,
    pub(crate) errno: AtomicI32,
    /// The futex the host sleeps on until init is about to install its filter or something failed.
    pub(crate) progress: AtomicU32,
    /// The number of the listener in the sandboxee; -1 before there is one.
    pub(crate) listener: AtomicI32,
    /// Whether the kernel waits killably for the listener.
    pub(crate) killable: AtomicU32,
    /// The number of the sandboxee's pidfd in init; -1 before there is one. Written by the kernel.
    pub(crate) main_pidfd: AtomicI32,
    /// The host's `/proc`, as a descriptor of init and, before its `close_range`, of the sandboxee.
    pub(crate) proc_fd: AtomicI32,
    /// Not 0 until the sandboxee has left init's memory: until the program is in its place, or the sandboxee is dead.
    /// Cleared, and woken as a futex, by the kernel.
    pub(crate) in_launcher: AtomicU32,
    /// Init's process id, as a launch server has it; 0 before it is made. Written by the kernel.
    pub(crate) init_pid: AtomicI32,
    /// 1 if init is a copy of a process that has let go of the host's memory already. Written by that process.
    pub(crate) forgotten: AtomicU32,
    /// 1 once a process that keeps namespaces for another has made them all.
    pub(crate) held: AtomicU32,
    /// 1 once the root is the sandbox's own. A futex for a sandboxee that is to start elsewhere than there.
    pub(crate) rooted: AtomicU32,
    /// 1 once the sandboxee waits for whoever is to trace it.
    pub(crate) traceable: AtomicU32,
    /// 1 once it is traced. A futex for the sandboxee.
    pub(crate) traced: AtomicU32,
    /// 1 once init has locked itself up.
    pub(crate) locked: AtomicU32,
    /// 1 once the next words are valid.
    pub(crate) ended: AtomicU32,
    pub(crate) wait_status: AtomicI32,
    pub(crate) user_us: AtomicI64,
    pub(crate) system_us: AtomicI64,
    pub(crate) max_rss_kib: AtomicI64,
    pub(crate) scratch: super::forget::Scratch,
}

/// The mapping. The host's side unmaps it on drop; the child's copies end with the child.
#[derive(Debug)]
pub(crate) struct Region {
    base: NonNull<u8>,
    len: usize,
    /// Where the arena goes on.
    used: Cell<usize>,
    /// Where the arena ends and the stacks begin.
    arena_end: usize,
}

/// Stack for init, which needs more of it than the sandboxee does.
const STACK: usize = 64 * 1024;
const PAGE: usize = 4096;

// SAFETY: a mapping belongs to the process, not to a thread; `Cell` rules out sharing between threads, not moving.
unsafe impl Send for Region {}

impl Region {
    /// A mapping with room for `arena` bytes of plan.
    pub(crate) fn new(arena: usize) -> super::Result<Region> {
        Region::map(arena, None).map(|(region, _)| region)
    }

    /// As [`new`](Self::new), of memory that another process can map by its descriptor.
    pub(crate) fn shareable(arena: usize) -> super::Result<(Region, OwnedFd)> {
        let memory = super::calls::memory(c"sandbox2-launch", Region::layout(arena).1)?;
        match Region::map(arena, Some(memory))? {
            (region, Some(memory)) => Ok((region, memory)),
            (_, None) => Err(Errno(libc::EBADF)),
        }
    }

    /// Where the arena ends, and the whole length.
    fn layout(arena: usize) -> (usize, usize) {
        let arena_end = (size_of::<Shared>() + arena).next_multiple_of(PAGE);
        (arena_end, arena_end + 2 * STACK)
    }

    fn map(arena: usize, memory: Option<OwnedFd>) -> super::Result<(Region, Option<OwnedFd>)> {
        let (arena_end, len) = Region::layout(arena);
        let (kind, fd) = memory.as_ref().map_or((libc::MAP_ANONYMOUS, -1), |memory| (0, memory.as_raw_fd()));
        // SAFETY: a new mapping at a place of the kernel's choice touches no memory of ours.
        let base = unsafe {
            libc::mmap(
                core::ptr::null_mut(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_NORESERVE | kind,
                fd,
                0,
            )
        };
        let base = match NonNull::new(base.cast::<u8>()) {
            Some(base) if base.as_ptr().cast() != libc::MAP_FAILED => base,
            _ => return Err(Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::ENOMEM))),
        };
        let region = Region { base, len, used: Cell::new(size_of::<Shared>()), arena_end };
        // The rest of the page is zero, which is the start value of every other word.
        region.shared().listener.store(-1, core::sync::atomic::Ordering::Relaxed);
        region.shared().main_pidfd.store(-1, core::sync::atomic::Ordering::Relaxed);
        region.shared().proc_fd.store(-1, core::sync::atomic::Ordering::Relaxed);
        region.shared().in_launcher.store(1, core::sync::atomic::Ordering::Relaxed);
        Ok((region, memory))
    }

    /// The page of answers.
    pub(crate) fn shared(&self) -> &Shared {
        // SAFETY: the mapping begins with room for a `Shared`, page-aligned, zeroed by the kernel, all of it atomics.
        unsafe { self.base.cast::<Shared>().as_ref() }
    }

    /// Copies `items` into the arena. `T` must hold no pointer to anything outside of it that the child follows.
    pub(crate) fn put<T: Copy>(&self, items: &[T]) -> super::Result<&[T]> {
        const { assert!(align_of::<T>() <= 16) };
        let start = self.used.get().next_multiple_of(align_of::<T>());
        let end = start.checked_add(size_of_val(items)).filter(|end| *end <= self.arena_end);
        let Some(end) = end else { return Err(Errno(libc::E2BIG)) };
        self.used.set(end);
        // SAFETY: `start` is within the mapping.
        let place = unsafe { self.base.add(start) }.cast::<T>();
        // SAFETY: `start..end` is inside the arena, aligned, and was handed out to nobody before.
        unsafe { core::ptr::copy_nonoverlapping(items.as_ptr(), place.as_ptr(), items.len()) };
        // SAFETY: just initialised, and nobody writes to it again while `self` lives.
        Ok(unsafe { core::slice::from_raw_parts(place.as_ptr(), items.len()) })
    }

    /// Copies one value into the arena.
    pub(crate) fn put_one<T: Copy>(&self, item: T) -> super::Result<&T> {
        self.put(&[item])?.first().ok_or(Errno(libc::E2BIG))
    }

    /// The stack of process `index` (0: init, 1: the sandboxee): its lowest address and its size.
    pub(crate) fn stack(&self, index: usize) -> (u64, u64) {
        let low = self.base.as_ptr().addr() + self.arena_end + index.min(1) * STACK;
        (low as u64, STACK as u64)
    }

    /// First and one-past-last address.
    pub(crate) fn range(&self) -> (usize, usize) {
        let low = self.base.as_ptr().addr();
        (low, low + self.len)
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and every reference into it borrowed from `self`.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}
