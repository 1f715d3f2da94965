//! Why a buffer cannot be had, or not be used like that.

use core::fmt;

/// A buffer cannot be had, or not be used like that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BufferError {
    /// It is larger than may be.
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The most that is taken.
        most: usize,
    },
    /// There are not as many bytes.
    Short {
        /// How many were asked for.
        wanted: usize,
        /// How many there are.
        found: u64,
    },
    /// Buffers only get larger.
    Shrinks {
        /// The size that it has.
        from: usize,
        /// The size that was asked for.
        to: usize,
    },
    /// The descriptor is no memory of ordinary pages.
    NotMemory,
    /// The descriptor's memory can be made smaller, and this cannot be forbidden any more.
    NotSealed,
    /// It can only be read.
    ReadOnly,
    /// Bytes are meant that are not in the buffer.
    Range {
        /// The first.
        offset: usize,
        /// How many.
        count: usize,
        /// How many bytes the buffer has.
        size: usize,
    },
    /// A number is meant at a place where none of its size can be.
    Misaligned {
        /// The place.
        offset: usize,
        /// What it must be a multiple of.
        to: usize,
    },
    /// A system call failed.
    System {
        /// What it was for.
        what: &'static str,
        /// Its error number.
        errno: i32,
    },
}

impl fmt::Display for BufferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BufferError::TooLarge { size, most } => {
                write!(f, "a buffer of {size} bytes is larger than the {most} that may be; raise it with from_fd_up_to")
            }
            BufferError::Short { wanted, found } => {
                write!(f, "the memory has {found} bytes, not the {wanted} that a buffer was to be made of")
            }
            BufferError::Shrinks { from, to } => {
                write!(f, "a buffer of {from} bytes cannot be made smaller, to {to}; make another")
            }
            BufferError::NotMemory => f.write_str(
                "the descriptor is no shared memory of ordinary pages: the other side should send that of a Buffer, or of memfd_create",
            ),
            BufferError::NotSealed => f.write_str(
                "the memory can be made smaller: the other side should send that of a Buffer, or of memfd_create with \
                 MFD_ALLOW_SEALING and F_SEAL_SHRINK",
            ),
            BufferError::ReadOnly => {
                f.write_str("the memory can only be read; take it with from_fd_read_only, and write elsewhere")
            }
            BufferError::Range { offset, count, size } => {
                write!(f, "{count} bytes from {offset} on are not in a buffer of {size} bytes")
            }
            BufferError::Misaligned { offset, to } => {
                write!(f, "no number of {to} bytes can be at {offset}, which is no multiple of {to}")
            }
            BufferError::System { what, errno } => write!(f, "{what} failed with error {errno}"),
        }
    }
}

impl core::error::Error for BufferError {}
