//! The shared memory of a channel, version 1: one page with two ways of numbers, and a ring of bytes for each.
//!
//! | bytes | |
//! |---|---|
//! | 0 to 127 | the way from the side that made the memory to the other |
//! | 128 to 255 | the way back |
//! | 256 to 4095 | zero |
//! | then as many as the capacity | the bytes of the first way |
//! | then as many as the capacity | the bytes of the second way |
//!
//! A way is two lines of 64 bytes, and each has one writer. Numbers are of 32 bits, in the machine's own order.
//!
//! | at | written by | |
//! |---|---|---|
//! | 0 | the sender | how many bytes were written, modulo 2³¹; the highest bit: no more will be |
//! | 4 | the sender | not 0: it waits for the number at 64 to change; another number each time |
//! | 64 | the receiver | how many bytes were read, modulo 2³¹; the highest bit: no more will be |
//! | 68 | the receiver | not 0: it waits for the number at 0 to change; another number each time |

use crate::error::{Error, Result};

/// The version of all this, and of how it is agreed on.
pub(crate) const VERSION: u32 = 1;

/// Where the bytes begin.
const HEAD: usize = 4096;

/// The least and the most bytes of one way.
const CAPACITIES: core::ops::RangeInclusive<usize> = 4096..=super::MAX_SHARED_MEMORY / 2;

/// In a number that counts bytes: no more will come.
pub(crate) const CLOSED: u32 = 1 << 31;

/// In a number that counts bytes: the count.
pub(crate) const COUNT: u32 = CLOSED - 1;

/// How many bytes each way holds: a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity(u32);

impl Capacity {
    /// For so many bytes both ways together, or more if that is no power of two.
    ///
    /// # Errors
    /// If they are more than may be.
    pub(crate) fn for_size(size: usize) -> Result<Capacity> {
        let most = super::MAX_SHARED_MEMORY;
        if size > most {
            return Err(Error::TooLarge { length: size as u64, most: most as u64 });
        }
        let capacity = size.div_ceil(2).max(*CAPACITIES.start()).next_power_of_two();
        Ok(Capacity(capacity as u32))
    }

    /// What the other side says.
    ///
    /// # Errors
    /// If it cannot be.
    pub(crate) fn announced(capacity: u64) -> Result<Capacity> {
        match usize::try_from(capacity) {
            Ok(number) if number.is_power_of_two() && CAPACITIES.contains(&number) => Ok(Capacity(number as u32)),
            _ => Err(Error::Malformed("shared memory of a size that cannot be")),
        }
    }

    pub(crate) fn get(self) -> u32 {
        self.0
    }

    /// The size of all the memory.
    pub(crate) fn memory(self) -> usize {
        HEAD + 2 * self.0 as usize
    }
}

/// Where one way's numbers and bytes are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) written: usize,
    pub(crate) writer_waits: usize,
    pub(crate) read: usize,
    pub(crate) reader_waits: usize,
    pub(crate) bytes: usize,
}

impl Way {
    /// The way from the side that made the memory, or the way back.
    pub(crate) fn new(back: bool, capacity: Capacity) -> Way {
        let (line, bytes) = if back { (128, HEAD + capacity.0 as usize) } else { (0, HEAD) };
        Way { written: line, writer_waits: line + 4, read: line + 64, reader_waits: line + 68, bytes }
    }
}
