//! What a run has left behind, and how much memory it took.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// The system's allocator, which counts.
#[derive(Debug)]
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn took(bytes: usize) {
    let now = NOW.fetch_add(bytes, Relaxed) + bytes;
    MOST.fetch_max(now, Relaxed);
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there for a moment.
        took(size);
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Descriptors are counted, so that nothing else may run meanwhile.
static ALONE: Mutex<()> = Mutex::new(());

/// How many descriptors this process has open.
fn open() -> usize {
    fs::read_dir("/proc/self/fd").expect("/proc is there").count()
}

/// Runs something, which must close what it opens, and take at most so much memory as it says itself afterwards.
///
/// # Panics
/// If it does not.
pub fn measured(run: impl FnOnce() -> usize) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (descriptors, memory) = (open(), NOW.load(Relaxed));
    MOST.store(memory, Relaxed);
    let may_take = run();
    let (left, most) = (open(), MOST.load(Relaxed).saturating_sub(memory));
    assert!(left == descriptors, "{descriptors} descriptors were open before, {left} are after");
    assert!(most <= may_take, "{most} bytes were taken, {may_take} are the most");
}
