//! Sending: what each kind of message is made of.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::{Sender, Status, tag};
use crate::error::Result;

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
        self.0.send_fixed(tag::BOOL, [u8::from(value)])
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
    /// [asked for it](super::Receiver::expect_credentials) before.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn send_credentials(&mut self) -> Result<()> {
        self.send(tag::CREDENTIALS, &[], &[])
    }
}
