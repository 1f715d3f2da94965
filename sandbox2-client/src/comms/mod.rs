//! Messages between a sandboxee and its host: numbers, texts, bytes, descriptors.
//!
//! A channel is a connected UNIX stream socket, and shared memory beside it if both sides agree. Every message has a tag, so that both sides notice when they do not take turns
//! alike, and a length that is bounded before any memory is taken for it. Whatever the other side sends, receiving ends in a value, an
//! error or, where no time-out was set, in waiting for more.

/// Makes the same method of a half for the whole channel.
macro_rules! both {
    ($half:ident: $($(#[$doc:meta])* fn $name:ident(&mut self $(, $arg:ident: $ty:ty)*) -> $result:ty;)*) => {
        impl $crate::comms::Comms {
            $(
                $(#[$doc])*
                pub fn $name(&mut self $(, $arg: $ty)*) -> $result {
                    self.$half.$name($($arg),*)
                }
            )*
        }
    };
}

mod address;
mod deadline;
pub(crate) mod frame;
mod listener;
mod numbers;
mod receive;
mod send;
mod shared;
mod socket;
pub mod tag;
mod transport;
#[cfg(any(feature = "serde", feature = "prost"))]
mod values;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use self::transport::{Incoming, Outgoing};
use crate::error::{Error, Result};
use crate::sys;

pub use self::address::Address;
pub use self::listener::Listener;
pub use self::shared::{DEFAULT_SHARED_MEMORY, MAX_SHARED_MEMORY};
pub use crate::sys::Credentials;

/// The most bytes that a message may have if nothing else is said: 256 MiB.
pub const DEFAULT_MAX_MESSAGE: usize = 256 << 20;

/// What an operation of the other side came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// 0 if it succeeded; otherwise a number that both sides know.
    pub code: i32,
    /// What there is to say.
    pub message: String,
}

/// A message with a tag of the caller's own.
#[derive(Debug)]
pub struct Message {
    /// Its tag.
    pub tag: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The descriptors that came along, close-on-exec.
    pub descriptors: Vec<OwnedFd>,
}

/// A channel to the other side.
///
/// Not for several threads at once: give each [half](Comms::split) to one.
///
/// # Examples
/// ```
/// use sandbox2_client::Comms;
///
/// let (mut host, mut sandboxee) = Comms::pair()?;
/// host.send_u32(7)?;
/// host.send_text("seven")?;
/// assert_eq!(sandboxee.receive_u32()?, 7);
/// assert_eq!(sandboxee.receive_text()?, "seven");
/// # Ok::<(), sandbox2_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Comms {
    sender: Sender,
    receiver: Receiver,
}

/// The sending half of a channel.
#[derive(Debug)]
pub struct Sender(Outgoing);

/// The receiving half of a channel.
#[derive(Debug)]
pub struct Receiver {
    incoming: Incoming,
    most: usize,
}

impl Comms {
    /// A channel over a connected UNIX stream socket, which it owns.
    pub fn new(socket: impl Into<OwnedFd>) -> Comms {
        let socket = Arc::new(socket.into());
        Comms {
            sender: Sender(Outgoing::new(Arc::clone(&socket))),
            receiver: Receiver { incoming: Incoming::new(socket), most: DEFAULT_MAX_MESSAGE },
        }
    }

    /// Two channels to each other.
    ///
    /// # Errors
    /// If there are no descriptors left.
    pub fn pair() -> Result<(Comms, Comms)> {
        let failed = |error: std::io::Error| Error::System {
            what: "making a pair of sockets",
            errno: error.raw_os_error().unwrap_or(libc::EIO),
        };
        let (one, other) = UnixStream::pair().map_err(failed)?;
        Ok((Comms::new(one), Comms::new(other)))
    }

    /// The two halves, which can go to different threads.
    #[must_use]
    pub fn split(self) -> (Sender, Receiver) {
        (self.sender, self.receiver)
    }

    /// How long sending or receiving one message may take; `None`, which is the default: as long as it takes.
    ///
    /// Nothing of a message may have come or gone for the channel to be usable afterwards; otherwise it is closed.
    pub fn set_timeout(&mut self, time: Option<Duration>) {
        self.sender.set_timeout(time);
        self.receiver.set_timeout(time);
    }

    /// The most bytes that a message may have that is received; [`DEFAULT_MAX_MESSAGE`] if nothing is said. A larger one is an error,
    /// and closes the channel.
    pub fn set_max_message(&mut self, bytes: usize) {
        self.receiver.set_max_message(bytes);
    }

    /// Sends a message, and receives the next.
    ///
    /// # Errors
    /// As for [`send`](Sender::send) and [`receive`](Receiver::receive).
    pub fn exchange(&mut self, tag: u32, bytes: &[u8]) -> Result<Message> {
        self.sender.send(tag, bytes, &[])?;
        self.receiver.receive()
    }

    /// Ends the channel, for both sides and all copies of its socket.
    pub fn terminate(&mut self) {
        self.sender.0.terminate();
        self.receiver.incoming.terminate();
    }

    /// Who has the other end, as the kernel knew it when the two were connected.
    ///
    /// # Errors
    /// If the socket has no such thing.
    pub fn peer(&self) -> Result<Credentials> {
        let failed = |errno| Error::System { what: "asking who the other side is", errno };
        sys::peer(self.receiver.incoming.socket()).map_err(failed)
    }
}

impl AsFd for Comms {
    /// The socket. Reading from it or writing to it goes past what the channel has read ahead.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.receiver.incoming.socket()
    }
}

both! { sender:
    /// As [`Sender::send`].
    fn send(&mut self, tag: u32, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<()>;
    /// As [`Sender::send_bool`].
    fn send_bool(&mut self, value: bool) -> Result<()>;
    /// As [`Sender::send_text`].
    fn send_text(&mut self, text: &str) -> Result<()>;
    /// As [`Sender::send_bytes`].
    fn send_bytes(&mut self, bytes: &[u8]) -> Result<()>;
    /// As [`Sender::send_descriptor`].
    fn send_descriptor(&mut self, descriptor: BorrowedFd<'_>) -> Result<()>;
    /// As [`Sender::send_barrier`].
    fn send_barrier(&mut self) -> Result<()>;
    /// As [`Sender::send_status`].
    fn send_status(&mut self, status: &Status) -> Result<()>;
    /// As [`Sender::send_credentials`].
    fn send_credentials(&mut self) -> Result<()>;
}

both! { receiver:
    /// As [`Receiver::receive`].
    fn receive(&mut self) -> Result<Message>;
    /// As [`Receiver::receive_bool`].
    fn receive_bool(&mut self) -> Result<bool>;
    /// As [`Receiver::receive_text`].
    fn receive_text(&mut self) -> Result<String>;
    /// As [`Receiver::receive_bytes`].
    fn receive_bytes(&mut self) -> Result<Vec<u8>>;
    /// As [`Receiver::receive_bytes_into`].
    fn receive_bytes_into(&mut self, place: &mut [u8]) -> Result<usize>;
    /// As [`Receiver::receive_descriptor`].
    fn receive_descriptor(&mut self) -> Result<OwnedFd>;
    /// As [`Receiver::receive_barrier`].
    fn receive_barrier(&mut self) -> Result<()>;
    /// As [`Receiver::receive_status`].
    fn receive_status(&mut self) -> Result<Status>;
    /// As [`Receiver::expect_credentials`].
    fn expect_credentials(&mut self) -> Result<()>;
    /// As [`Receiver::receive_credentials`].
    fn receive_credentials(&mut self) -> Result<Credentials>;
}

#[cfg(test)]
mod tests;
