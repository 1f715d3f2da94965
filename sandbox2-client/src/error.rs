//! What can go wrong between a sandboxee and its host.

use core::fmt;

use crate::buffer::BufferError;
use crate::comms::tag;

/// A message could not be sent or received, or a buffer not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The other side has closed the channel, or it was terminated. Once receiving gives this, every later call does; after sending has
    /// given it, messages that came before can still be received.
    Closed,
    /// The time for it was over. If nothing of a message had come or gone, the channel can still be used.
    TimedOut,
    /// The message that came is of another type. It was taken from the channel, which can still be used.
    Mismatch {
        /// The tag that was waited for.
        expected: u32,
        /// The tag that came.
        found: u32,
    },
    /// A message is larger than may be.
    TooLarge {
        /// Its length in bytes.
        length: u64,
        /// The most that is taken.
        most: u64,
    },
    /// The other side does not keep to the wire format, and the channel is closed; or the content of one message is none of its type (a
    /// text that is not UTF-8, a value that cannot be read, memory that is refused), and the channel goes on.
    Malformed(&'static str),
    /// Another number of descriptors came than was waited for; they were closed.
    Descriptors {
        /// How many were waited for.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// What the host has said, or should have, in the program's environment.
    Environment(&'static str),
    /// What can be had once is not there, or not any more.
    Taken(&'static str),
    /// A fork server has more than one thread.
    Threads,
    /// The host speaks another version of the protocol: link the library that belongs to it.
    Version {
        /// The host's.
        host: u16,
        /// This library's.
        client: u16,
    },
    /// A buffer could not be had, or not be used like that.
    Buffer(BufferError),
    /// The other side refuses [shared memory](crate::Comms::upgrade_to_shared_memory); the channel is as before.
    NoSharedMemory,
    /// The channel has [shared memory](crate::Comms::upgrade_to_shared_memory) already, and goes on.
    AlreadyShared,
    /// A value cannot be sent: its type is not made for it. Nothing was sent.
    Unsendable,
    /// A system call failed.
    System {
        /// What it was for.
        what: &'static str,
        /// Its error number.
        errno: i32,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Closed => f.write_str("the channel is closed"),
            Error::TimedOut => f.write_str("the time for a message was over"),
            Error::Mismatch { expected, found } => {
                let (found, expected) = (Tag(*found), Tag(*expected));
                write!(f, "a message with tag {found} came, not {expected}: both sides must take turns alike")
            }
            Error::TooLarge { length, most } => {
                write!(
                    f,
                    "a message of {length} bytes is larger than the {most} that may be; raise it with set_max_message"
                )
            }
            Error::Malformed(what) => write!(f, "the other side does not keep to the format: {what}"),
            Error::Descriptors { expected, found } => {
                write!(f, "{found} descriptors came with a message, not {expected}")
            }
            Error::Environment(what) | Error::Taken(what) => f.write_str(what),
            Error::Threads => f.write_str("a fork server must have one thread: start others in its children"),
            Error::Version { host, client } => {
                write!(
                    f,
                    "the host speaks version {host}, this library version {client}: link the one that belongs to it"
                )
            }
            Error::Buffer(error) => error.fmt(f),
            Error::NoSharedMemory => f.write_str("the other side refuses shared memory: use the channel as it is"),
            Error::AlreadyShared => f.write_str("the channel has shared memory already: ask for it once"),
            Error::Unsendable => {
                f.write_str("a value cannot be sent: its type has parts of unknown number; collect them before")
            }
            Error::System { what, errno } => write!(f, "{what} failed with error {errno}"),
        }
    }
}

/// A tag, and what the messages that have it are called.
struct Tag(u32);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match tag::name(self.0) {
            Some(name) => write!(f, "{:#x} ({name})", self.0),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl core::error::Error for Error {}

impl From<BufferError> for Error {
    fn from(error: BufferError) -> Error {
        Error::Buffer(error)
    }
}

/// What a call of this crate gives.
pub type Result<T> = core::result::Result<T, Error>;
