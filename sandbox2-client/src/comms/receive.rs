//! Receiving: what each kind of message has to be.

use std::os::fd::OwnedFd;
use std::time::Duration;

use super::socket::Begun;
use super::{Credentials, Message, Receiver, Status, tag};
use crate::error::{Error, Result};
use crate::sys;

impl Receiver {
    /// How long receiving one message may take, from the call on; `None`: as long as it takes.
    pub fn set_timeout(&mut self, time: Option<Duration>) {
        self.incoming.timeout = time;
    }

    /// As [`Comms::set_max_message`](super::Comms::set_max_message).
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

    pub(super) fn begin(&mut self) -> Result<Begun> {
        let begun = self.incoming.begin()?;
        let length = begun.header.length;
        if length as usize > self.most {
            let error = Error::TooLarge { length: length.into(), most: self.most as u64 };
            return Err(self.incoming.give_up(error));
        }
        Ok(begun)
    }

    /// The next message, if it has that tag and so many descriptors; another is read to its end.
    pub(super) fn begin_with(&mut self, expected: u32, descriptors: usize) -> Result<Begun> {
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

    pub(super) fn variable(&mut self, tag: u32) -> Result<Vec<u8>> {
        let begun = self.begin_with(tag, 0)?;
        self.incoming.payload(&begun)
    }

    /// A message of that type, which has so many bytes.
    pub(super) fn fixed<const N: usize>(&mut self, tag: u32) -> Result<[u8; N]> {
        let begun = self.begin_with(tag, 0)?;
        if begun.header.length as usize != N {
            return Err(self.incoming.give_up(Error::Malformed("a message of fixed length has another one")));
        }
        self.incoming.payload_fixed(&begun)
    }

    pub(super) fn empty(&mut self, begun: &Begun) -> Result<()> {
        match begun.header.length {
            0 => Ok(()),
            _ => Err(self.incoming.give_up(Error::Malformed("a message without bytes has some"))),
        }
    }
}
