//! Messages between a sandboxee and its host: numbers, texts, bytes, descriptors.
//!
//! A channel is a connected UNIX stream socket. Every message has a tag, so that both sides notice when they do not take turns
//! alike, and a length that is bounded before any memory is taken for it. Whatever the other side sends, receiving ends in a value, an
//! error or, where no time-out was set, in waiting for more.

pub(crate) mod frame;
mod socket;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use self::socket::{Begun, Incoming, Outgoing};
use crate::error::{Error, Result};
use crate::sys;

pub use crate::sys::Credentials;

/// The tags of the messages of this crate. Those of [`Comms::send`] are the caller's own, below [`FIRST_RESERVED`](tag::FIRST_RESERVED).
pub mod tag {
    /// From here on tags are this crate's.
    pub const FIRST_RESERVED: u32 = 0x8000_0000;
    /// A truth value: one byte, 0 or 1.
    pub const BOOL: u32 = 0x8000_0001;
    /// A number of 8 bits, signed.
    pub const I8: u32 = 0x8000_0002;
    /// A number of 8 bits.
    pub const U8: u32 = 0x8000_0003;
    /// A number of 16 bits, signed. Numbers are little-endian.
    pub const I16: u32 = 0x8000_0004;
    /// A number of 16 bits.
    pub const U16: u32 = 0x8000_0005;
    /// A number of 32 bits, signed.
    pub const I32: u32 = 0x8000_0006;
    /// A number of 32 bits.
    pub const U32: u32 = 0x8000_0007;
    /// A number of 64 bits, signed.
    pub const I64: u32 = 0x8000_0008;
    /// A number of 64 bits.
    pub const U64: u32 = 0x8000_0009;
    /// A text in UTF-8.
    pub const TEXT: u32 = 0x8000_0100;
    /// Bytes.
    pub const BYTES: u32 = 0x8000_0101;
    /// Nothing: both sides have come to the same place.
    pub const BARRIER: u32 = 0x8000_0103;
    /// The outcome of something: a code of 32 bits and a text.
    pub const STATUS: u32 = 0x8000_0104;
    /// A descriptor, and no byte.
    pub const DESCRIPTOR: u32 = 0x8000_0201;
    /// Nothing but who sends it, which the kernel says.
    pub const CREDENTIALS: u32 = 0x8000_0202;
}

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

/// Makes the same method of a half for the whole channel.
macro_rules! both {
    ($half:ident: $($(#[$doc:meta])* fn $name:ident(&mut self $(, $arg:ident: $ty:ty)*) -> $result:ty;)*) => {
        impl Comms {
            $(
                $(#[$doc])*
                pub fn $name(&mut self $(, $arg: $ty)*) -> $result {
                    self.$half.$name($($arg),*)
                }
            )*
        }
    };
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

impl Sender {
    /// How long sending one message may take; `None`: as long as it takes.
    pub fn set_timeout(&mut self, time: Option<Duration>) {
        self.0.timeout = time;
    }

    /// Sends a message with a tag of the caller's own, and descriptors, of which the other side gets copies.
    ///
    /// # Errors
    /// If the other side is gone, does not take the message in time, or there are more than 253 descriptors.
    pub fn send(&mut self, tag: u32, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<()> {
        self.0.send(tag, bytes, descriptors)
    }

    /// Sends a truth value.
    ///
    /// # Errors
    /// As for [`send`](Self::send); likewise for all that follow.
    pub fn send_bool(&mut self, value: bool) -> Result<()> {
        self.send(tag::BOOL, &[u8::from(value)], &[])
    }

    /// Sends a text.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_text(&mut self, text: &str) -> Result<()> {
        self.send(tag::TEXT, text.as_bytes(), &[])
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.send(tag::BYTES, bytes, &[])
    }

    /// Sends a copy of a descriptor.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_descriptor(&mut self, descriptor: BorrowedFd<'_>) -> Result<()> {
        self.send(tag::DESCRIPTOR, &[], &[descriptor])
    }

    /// Tells the other side that this one has come to its barrier.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_barrier(&mut self) -> Result<()> {
        self.send(tag::BARRIER, &[], &[])
    }

    /// Sends what something came to.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_status(&mut self, status: &Status) -> Result<()> {
        let mut bytes = status.code.to_le_bytes().to_vec();
        bytes.extend_from_slice(status.message.as_bytes());
        self.send(tag::STATUS, &bytes, &[])
    }

    /// Tells the other side who this is. The kernel says it, so that it is true; the other side must have
    /// [asked for it](Receiver::expect_credentials) before.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_credentials(&mut self) -> Result<()> {
        self.send(tag::CREDENTIALS, &[], &[])
    }
}

impl Receiver {
    /// How long receiving one message may take, from the call on; `None`: as long as it takes.
    pub fn set_timeout(&mut self, time: Option<Duration>) {
        self.incoming.timeout = time;
    }

    /// As [`Comms::set_max_message`].
    pub fn set_max_message(&mut self, bytes: usize) {
        self.most = bytes;
    }

    /// Receives the next message, whatever its tag.
    ///
    /// # Errors
    /// If the other side is gone, nothing comes in time, the message is too large, or it is not of the format.
    pub fn receive(&mut self) -> Result<Message> {
        let begun = self.begin()?;
        let bytes = self.incoming.payload(&begun)?;
        Ok(Message { tag: begun.header.tag, bytes, descriptors: begun.descriptors })
    }

    /// Receives a truth value.
    ///
    /// # Errors
    /// As for [`receive`](Self::receive), and if the message is of another type; then it is gone, and the channel in step.
    pub fn receive_bool(&mut self) -> Result<bool> {
        match self.fixed(tag::BOOL)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(self.incoming.give_up(Error::Malformed("a truth value is 0 or 1"))),
        }
    }

    /// Receives a text.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), and if it is not UTF-8.
    pub fn receive_text(&mut self) -> Result<String> {
        let bytes = self.variable(tag::TEXT)?;
        String::from_utf8(bytes).map_err(|_| Error::Malformed("a text is not UTF-8"))
    }

    /// Receives bytes.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool).
    pub fn receive_bytes(&mut self) -> Result<Vec<u8>> {
        self.variable(tag::BYTES)
    }

    /// Receives bytes into `place`, from its beginning; how many.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), and if there are more than `place` holds; then they are gone.
    pub fn receive_bytes_into(&mut self, place: &mut [u8]) -> Result<usize> {
        let begun = self.begin_with(tag::BYTES, 0)?;
        let length = begun.header.length as usize;
        match place.get_mut(..length) {
            Some(place) => self.incoming.payload_into(&begun, place).map(|()| length),
            None => {
                self.incoming.skip(&begun)?;
                Err(Error::TooLarge { length: length as u64, most: place.len() as u64 })
            }
        }
    }

    /// Receives a descriptor, close-on-exec.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), and if not exactly one came; those that did are closed.
    pub fn receive_descriptor(&mut self) -> Result<OwnedFd> {
        let begun = self.begin_with(tag::DESCRIPTOR, 1)?;
        self.empty(&begun)?;
        let mut descriptors = begun.descriptors;
        descriptors.pop().ok_or(Error::Descriptors { expected: 1, found: 0 })
    }

    /// Waits until the other side has come to its barrier.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool).
    pub fn receive_barrier(&mut self) -> Result<()> {
        self.fixed::<0>(tag::BARRIER).map(drop)
    }

    /// Receives what something came to.
    ///
    /// # Errors
    /// As for [`receive_text`](Self::receive_text).
    pub fn receive_status(&mut self) -> Result<Status> {
        let bytes = self.variable(tag::STATUS)?;
        let Some((code, message)) = bytes.split_first_chunk() else {
            return Err(self.incoming.give_up(Error::Malformed("a status has a code")));
        };
        let message = String::from_utf8(message.to_vec()).map_err(|_| Error::Malformed("a text is not UTF-8"))?;
        Ok(Status { code: i32::from_le_bytes(*code), message })
    }

    /// Asks the kernel to say who sends what comes from now on: needed once before [`receive_credentials`](Self::receive_credentials), and
    /// before the other side sends them.
    ///
    /// # Errors
    /// If the socket has no such thing.
    pub fn expect_credentials(&mut self) -> Result<()> {
        let failed = |errno| Error::System { what: "asking for credentials", errno };
        sys::ask_for_sender(self.incoming.socket()).map_err(failed)
    }

    /// Receives who the other side is.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), and if nobody [asked](Self::expect_credentials) for it before they were sent.
    pub fn receive_credentials(&mut self) -> Result<Credentials> {
        let begun = self.begin_with(tag::CREDENTIALS, 0)?;
        self.empty(&begun)?;
        begun.sender.ok_or(Error::System { what: "credentials that nobody asked for in time", errno: libc::ENODATA })
    }

    fn begin(&mut self) -> Result<Begun> {
        let begun = self.incoming.begin()?;
        let length = begun.header.length;
        if length as usize > self.most {
            let error = Error::TooLarge { length: length.into(), most: self.most as u64 };
            return Err(self.incoming.give_up(error));
        }
        Ok(begun)
    }

    /// The next message, if it has that tag and so many descriptors; another is read to its end.
    fn begin_with(&mut self, expected: u32, descriptors: usize) -> Result<Begun> {
        let begun = self.begin()?;
        let (found, count) = (begun.header.tag, begun.descriptors.len());
        if found == expected && count == descriptors {
            return Ok(begun);
        }
        self.incoming.skip(&begun)?;
        match found == expected {
            true => Err(Error::Descriptors { expected: descriptors, found: count }),
            false => Err(Error::Mismatch { expected, found }),
        }
    }

    fn variable(&mut self, tag: u32) -> Result<Vec<u8>> {
        let begun = self.begin_with(tag, 0)?;
        self.incoming.payload(&begun)
    }

    /// A message of that type, which has so many bytes.
    fn fixed<const N: usize>(&mut self, tag: u32) -> Result<[u8; N]> {
        let begun = self.begin_with(tag, 0)?;
        if begun.header.length as usize != N {
            return Err(self.incoming.give_up(Error::Malformed("a message of fixed length has another one")));
        }
        let mut bytes = [0; N];
        self.incoming.payload_into(&begun, &mut bytes)?;
        Ok(bytes)
    }

    fn empty(&mut self, begun: &Begun) -> Result<()> {
        match begun.header.length {
            0 => Ok(()),
            _ => Err(self.incoming.give_up(Error::Malformed("a message without bytes has some"))),
        }
    }
}

/// Numbers, little-endian.
macro_rules! numbers {
    ($($ty:ident $tag:ident $send:ident $receive:ident;)*) => {
        $(
            impl Sender {
                #[doc = concat!("Sends a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`send`](Self::send).
                pub fn $send(&mut self, value: $ty) -> Result<()> {
                    self.send(tag::$tag, &value.to_le_bytes(), &[])
                }
            }

            impl Receiver {
                #[doc = concat!("Receives a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`receive_bool`](Self::receive_bool).
                pub fn $receive(&mut self) -> Result<$ty> {
                    self.fixed(tag::$tag).map($ty::from_le_bytes)
                }
            }

            both! { sender:
                #[doc = concat!("Sends a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`send`](Self::send).
                fn $send(&mut self, value: $ty) -> Result<()>;
            }

            both! { receiver:
                #[doc = concat!("Receives a number of type `", stringify!($ty), "`.")]
                ///
                /// # Errors
                /// As for [`receive_bool`](Self::receive_bool).
                fn $receive(&mut self) -> Result<$ty>;
            }
        )*
    };
}

numbers! {
    i8 I8 send_i8 receive_i8;
    u8 U8 send_u8 receive_u8;
    i16 I16 send_i16 receive_i16;
    u16 U16 send_u16 receive_u16;
    i32 I32 send_i32 receive_i32;
    u32 U32 send_u32 receive_u32;
    i64 I64 send_i64 receive_i64;
    u64 U64 send_u64 receive_u64;
}

#[cfg(test)]
mod tests;
