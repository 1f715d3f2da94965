//! What was received and has no fixed size: kept by the library until it is freed.

use core::ffi::c_int;
use std::os::fd::{IntoRawFd, OwnedFd};

use sandbox2_client::{self as client, tag};

use crate::error::{Failure, code};
use crate::pointer;

/// A message that was received: its bytes, and the descriptors that came along.
#[derive(Debug)]
pub struct Message {
    tag: u32,
    /// The message's, and after those of a text a zero.
    bytes: Vec<u8>,
    length: usize,
    descriptors: Vec<Option<OwnedFd>>,
}

impl From<client::Message> for Message {
    fn from(message: client::Message) -> Message {
        let descriptors = message.descriptors.into_iter().map(Some).collect();
        Message { tag: message.tag, length: message.bytes.len(), bytes: message.bytes, descriptors }
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Message {
        Message { tag: tag::BYTES, length: bytes.len(), bytes, descriptors: Vec::new() }
    }
}

impl From<String> for Message {
    fn from(text: String) -> Message {
        let (length, mut bytes) = (text.len(), text.into_bytes());
        bytes.reserve_exact(1);
        bytes.push(0);
        Message { tag: tag::TEXT, bytes, length, descriptors: Vec::new() }
    }
}

impl From<client::Status> for Message {
    fn from(status: client::Status) -> Message {
        Message { tag: tag::STATUS, ..Message::from(status.message) }
    }
}

/// The message's tag: one of this library's, or one of the sender's own. 0 for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_message_tag(message: *const Message) -> u32 {
    // SAFETY: the caller's.
    unsafe { pointer::shared(message) }.map_or(0, |message| message.tag)
}

/// The message's bytes, which live until the message is freed. Stores in `length`, unless that is `NULL`, how many there are.
///
/// After those of `sandbox2_comms_receive_text` and of a status comes a zero that does not count; they may have others in them.
/// `NULL`, and a length of 0, if `message` is `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_message_bytes(message: *const Message, length: *mut usize) -> *const u8 {
    // SAFETY: the caller's.
    let message = unsafe { pointer::shared(message) };
    let (bytes, count) = match message {
        // What is in a vector without bytes points nowhere.
        Ok(message) if message.bytes.is_empty() => (NOTHING.as_ptr(), 0),
        Ok(message) => (message.bytes.as_ptr(), message.length),
        Err(_) => (core::ptr::null(), 0),
    };
    // SAFETY: the caller's.
    unsafe { pointer::store(length, count) };
    bytes
}

static NOTHING: [u8; 1] = [0];

/// How many descriptors came with the message, counting those that were taken. 0 for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_message_descriptor_count(message: *const Message) -> usize {
    // SAFETY: the caller's.
    unsafe { pointer::shared(message) }.map_or(0, |message| message.descriptors.len())
}

/// Takes the descriptor at `index`, counted from 0, from the message, and stores it in `descriptor`: close-on-exec, and the caller's to
/// close. `SANDBOX2_ERROR_ARGUMENT` if there is none (any more).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_message_take_descriptor(
    message: *mut Message,
    index: usize,
    descriptor: *mut c_int,
) -> c_int {
    let take = || {
        let place = pointer::place(descriptor)?;
        // SAFETY: the caller's.
        let message = unsafe { pointer::handle(message) }?;
        let none = Failure::Argument("the message has no descriptor at this index, or it was taken");
        let taken = message.descriptors.get_mut(index).and_then(Option::take).ok_or(none)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, taken.into_raw_fd()) };
        Ok(())
    };
    code(take())
}

/// Frees a message, and closes the descriptors that were not taken from it. Nothing for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_message_free(message: *mut Message) {
    // SAFETY: the caller's.
    drop(unsafe { pointer::take(message) });
}
