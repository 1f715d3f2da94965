//! Waiting for a number in shared memory to change.

use core::time::Duration;

use super::{Outcome, outcome};
use crate::memory::Mapping;

/// The address of the number at `offset`, if it is in the mapping and aligned.
fn place(memory: &Mapping, offset: usize) -> Outcome<*mut u8> {
    let inside = offset.checked_add(size_of::<u32>()).is_some_and(|end| end <= memory.len());
    if !inside || !offset.is_multiple_of(align_of::<u32>()) {
        return Err(libc::EFAULT);
    }
    Ok(memory.as_ptr().wrapping_add(offset))
}

/// Waits until somebody [wakes](wake) those who wait for the number at `offset`, the time is over, or a signal comes; not at all if the
/// number is not `old` any more. Other processes count.
pub(crate) fn wait(memory: &Mapping, offset: usize, old: u32, time: Duration) -> Outcome<()> {
    let place = place(memory, offset)?;
    let time = libc::timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos().into(),
    };
    // SAFETY: the kernel reads an aligned number of a mapping, whoever writes to it, and a time that lives until the call is over.
    let waited = unsafe { libc::syscall(libc::SYS_futex, place, libc::FUTEX_WAIT, old, &raw const time) };
    outcome(waited as isize).map(drop)
}

/// Wakes whoever waits for the number at `offset`.
pub(crate) fn wake(memory: &Mapping, offset: usize) -> Outcome<()> {
    let place = place(memory, offset)?;
    // SAFETY: the kernel takes the address for a name alone.
    let woken = unsafe { libc::syscall(libc::SYS_futex, place, libc::FUTEX_WAKE, i32::MAX) };
    outcome(woken as isize).map(drop)
}

/// Lets another thread have the processor.
pub(crate) fn give_way() {
    // SAFETY: takes nothing.
    unsafe { libc::sched_yield() };
}
