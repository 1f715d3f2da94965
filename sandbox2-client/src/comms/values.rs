//! Values of the caller's own types: as serde and postcard, or as protocol buffers, write them.

use super::{Receiver, Sender, tag};
use crate::error::{Error, Result};

#[cfg(feature = "serde")]
impl Sender {
    /// Sends a value of a type that serde knows, in the format of [postcard](https://postcard.jamesmunns.com). Both sides must mean the
    /// same type: the format does not tell.
    ///
    /// # Errors
    /// As for [`send`](Self::send), and [`Error::Unsendable`].
    pub fn send_value<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let bytes = postcard::to_allocvec(value).map_err(|_| Error::Unsendable)?;
        self.send(tag::VALUE, &bytes, &[])
    }
}

#[cfg(feature = "serde")]
impl Receiver {
    /// Receives a value of a type that serde knows.
    ///
    /// The bytes come from the other side, so choose the type as for a file from a stranger: what it can hold bounds what a value costs,
    /// together with [`set_max_message`](Self::set_max_message). A type that contains itself can be nested as deep as a message has bytes, and
    /// a list of things without bytes, such as `Vec<()>`, can be as long as its number says: do not receive these.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), and if the bytes are no such value, or more than that. Then the message is gone, and the
    /// channel in step.
    pub fn receive_value<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        let bytes = self.variable(tag::VALUE)?;
        match postcard::take_from_bytes(&bytes) {
            Ok((value, [])) => Ok(value),
            Ok(_) => Err(Error::Malformed("there are bytes after a value")),
            Err(_) => Err(Error::Malformed("the bytes are no value of that type")),
        }
    }
}

#[cfg(feature = "prost")]
impl Sender {
    /// Sends a message of protocol buffers.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_proto<M: prost::Message>(&mut self, message: &M) -> Result<()> {
        self.send(tag::PROTO, &message.encode_to_vec(), &[])
    }
}

#[cfg(feature = "prost")]
impl Receiver {
    /// Receives a message of protocol buffers. Messages within messages may be 100 deep.
    ///
    /// # Errors
    /// As for [`receive_bool`](Self::receive_bool), and if the bytes are no such message. Then it is gone, and the channel in step.
    pub fn receive_proto<M: prost::Message + Default>(&mut self) -> Result<M> {
        let bytes = self.variable(tag::PROTO)?;
        M::decode(bytes.as_slice()).map_err(|_| Error::Malformed("the bytes are no message of that type"))
    }
}

#[cfg(feature = "serde")]
impl super::Comms {
    /// As [`Sender::send_value`].
    ///
    /// # Errors
    /// As there.
    pub fn send_value<T: serde::Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.sender.send_value(value)
    }

    /// As [`Receiver::receive_value`].
    ///
    /// # Errors
    /// As there.
    pub fn receive_value<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        self.receiver.receive_value()
    }
}

#[cfg(feature = "prost")]
impl super::Comms {
    /// As [`Sender::send_proto`].
    ///
    /// # Errors
    /// As there.
    pub fn send_proto<M: prost::Message>(&mut self, message: &M) -> Result<()> {
        self.sender.send_proto(message)
    }

    /// As [`Receiver::receive_proto`].
    ///
    /// # Errors
    /// As there.
    pub fn receive_proto<M: prost::Message + Default>(&mut self) -> Result<M> {
        self.receiver.receive_proto()
    }
}
