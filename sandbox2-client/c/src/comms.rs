//! The channel: making and ending it, and every message but numbers.

use core::ffi::{c_char, c_int};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd};
use std::time::Duration;

use sandbox2_client::{self as client, Status};

use crate::error::{Failure, code};
use crate::message::Message;
use crate::pointer;

/// A channel to the other side: `sandbox2_comms_new` and its like make one, `sandbox2_comms_free` ends it.
///
/// Not for several threads at once.
#[derive(Debug)]
pub struct Comms(pub(crate) client::Comms);

/// Who someone is, as the kernel says, in the receiver's namespaces.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The process; 0 if it is not visible from the receiver's PID namespace.
    pub pid: i32,
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl From<client::Credentials> for Credentials {
    fn from(client::Credentials { pid, uid, gid }: client::Credentials) -> Credentials {
        Credentials { pid, uid, gid }
    }
}

/// A time that negative numbers leave open.
pub(crate) fn time(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

/// Does something with a channel.
///
/// # Safety
/// As for the whole crate.
pub(crate) unsafe fn with(
    comms: *mut Comms,
    operation: impl FnOnce(&mut client::Comms) -> Result<(), Failure>,
) -> c_int {
    // SAFETY: the caller's.
    code(unsafe { pointer::handle(comms) }.and_then(|comms| operation(&mut comms.0)))
}

/// Takes a value from a channel, if there is a place for it.
///
/// # Safety
/// As for the whole crate.
pub(crate) unsafe fn receive<T, V: From<T>>(
    comms: *mut Comms,
    place: *mut V,
    operation: impl FnOnce(&mut client::Comms) -> client::Result<T>,
) -> c_int {
    let into_place = |comms: &mut client::Comms| {
        let place = pointer::place(place)?;
        let value = operation(comms)?.into();
        // SAFETY: the caller's.
        unsafe { pointer::store(place, value) };
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, into_place) }
}

/// Makes a channel over a connected UNIX stream socket, and stores its handle in `comms`.
///
/// The descriptor is the library's from then on, also if this fails; it must be open, and nothing else may close it. No system call
/// is made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_new(descriptor: c_int, comms: *mut *mut Comms) -> c_int {
    let new = || {
        // SAFETY: the caller's.
        let socket = unsafe { pointer::own(descriptor) }?;
        let comms = pointer::place(comms)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(comms, pointer::give(Comms(client::Comms::new(socket)))) };
        Ok(())
    };
    code(new())
}

/// Makes two channels to each other, over a new pair of sockets: for two threads, or a program and its child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_pair(one: *mut *mut Comms, other: *mut *mut Comms) -> c_int {
    let pair = || {
        let (one, other) = (pointer::place(one)?, pointer::place(other)?);
        let (a, b) = client::Comms::pair()?;
        // SAFETY: the caller's.
        unsafe { pointer::store(one, pointer::give(Comms(a))) };
        // SAFETY: the caller's.
        unsafe { pointer::store(other, pointer::give(Comms(b))) };
        Ok(())
    };
    code(pair())
}

/// Frees a channel and closes its descriptor; the other side's calls then give `SANDBOX2_ERROR_CLOSED`. Nothing for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_free(comms: *mut Comms) {
    // SAFETY: the caller's.
    drop(unsafe { pointer::take(comms) });
}

/// The channel's socket, which stays the channel's: for `poll`. Negative if `comms` is `NULL`.
///
/// Reading from it or writing to it goes past what the channel has read ahead.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_descriptor(comms: *const Comms) -> c_int {
    // SAFETY: the caller's.
    match unsafe { pointer::shared(comms) } {
        Ok(comms) => comms.0.as_fd().as_raw_fd(),
        Err(failure) => code(Err(failure)),
    }
}

/// Says how long sending or receiving one message may take, in milliseconds; negative, which is the default: as long as it takes.
///
/// Nothing of a message may have come or gone for the channel to be usable after `SANDBOX2_ERROR_TIMED_OUT`; otherwise it is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_set_timeout(comms: *mut Comms, milliseconds: i64) -> c_int {
    let set = |comms: &mut client::Comms| {
        comms.set_timeout(time(milliseconds));
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, set) }
}

/// Says how many bytes a message may have that is received; `SANDBOX2_DEFAULT_MAX_MESSAGE` if nothing is said. A larger one is
/// `SANDBOX2_ERROR_TOO_LARGE`, and closes the channel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_set_max_message(comms: *mut Comms, bytes: usize) -> c_int {
    let set = |comms: &mut client::Comms| {
        comms.set_max_message(bytes);
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, set) }
}

/// Ends the channel for both sides and all copies of its socket. The handle is still to be freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_terminate(comms: *mut Comms) -> c_int {
    let terminate = |comms: &mut client::Comms| {
        comms.terminate();
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, terminate) }
}

/// Stores who has the other end, as the kernel knew it when the two were connected. One `getsockopt`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_peer(comms: *mut Comms, credentials: *mut Credentials) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, credentials, |comms| comms.peer()) }
}

/// Asks the other side to let bytes go through shared memory of `size` bytes from now on, which is faster; 0 stands for
/// `SANDBOX2_DEFAULT_SHARED_MEMORY`. The other side must call `sandbox2_comms_accept_shared_memory` meanwhile.
///
/// The channel is the same as before, time-outs and limits too. The memory belongs to this process: one that is forked from it must leave
/// its copy of the channel alone.
///
/// `SANDBOX2_ERROR_NO_SHARED_MEMORY` if the other side refuses, `SANDBOX2_ERROR_ALREADY_SHARED` if it was done before: then the channel can be
/// used as it was. After other errors of the channel it may be closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_upgrade_to_shared_memory(comms: *mut Comms, size: usize) -> c_int {
    let size = Some(size).filter(|size| *size > 0);
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.upgrade_to_shared_memory(size)?)) }
}

/// Waits for the other side to ask for shared memory, and agrees. Memory that could be taken away again, or is too large, is refused, and
/// the other side is told so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_accept_shared_memory(comms: *mut Comms) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.accept_shared_memory()?)) }
}

/// Whether bytes go through shared memory. False for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_is_shared(comms: *const Comms) -> bool {
    // SAFETY: the caller's.
    unsafe { pointer::shared(comms) }.is_ok_and(|comms| comms.0.is_shared())
}

/// Sends a message with a tag of the caller's own, below `SANDBOX2_TAG_FIRST_RESERVED`: `length` bytes (`bytes` may be `NULL` if there
/// are none), and copies of `count` descriptors, at most 253, which stay the caller's and must be open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send(
    comms: *mut Comms,
    tag: u32,
    bytes: *const u8,
    length: usize,
    descriptors: *const c_int,
    count: usize,
) -> c_int {
    let send = |comms: &mut client::Comms| {
        // SAFETY: the caller's.
        let bytes = unsafe { pointer::slice(bytes, length) }?;
        // SAFETY: the caller's.
        let numbers = unsafe { pointer::slice(descriptors, count) }?;
        let borrowed = |number: &c_int| {
            // SAFETY: the caller's: it is open.
            unsafe { pointer::borrow(*number) }
        };
        let descriptors = numbers.iter().map(borrowed).collect::<Result<Vec<BorrowedFd<'_>>, Failure>>()?;
        Ok(comms.send(tag, bytes, &descriptors)?)
    };
    // SAFETY: the caller's.
    unsafe { with(comms, send) }
}

/// Receives the next message, whatever its tag, and stores a handle for it, to be freed by `sandbox2_message_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive(comms: *mut Comms, message: *mut *mut Message) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive_message(comms, message, client::Comms::receive) }
}

/// Sends a message with a tag of the caller's own, and receives the next: `sandbox2_comms_send` without descriptors, then
/// `sandbox2_comms_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_exchange(
    comms: *mut Comms,
    tag: u32,
    bytes: *const u8,
    length: usize,
    message: *mut *mut Message,
) -> c_int {
    let exchange = |comms: &mut client::Comms| {
        let message = pointer::place(message)?;
        // SAFETY: the caller's.
        let bytes = unsafe { pointer::slice(bytes, length) }?;
        let received = comms.exchange(tag, bytes)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(message, pointer::give(received.into())) };
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, exchange) }
}

/// Receives a message, and stores a handle for it.
///
/// # Safety
/// As for the whole crate.
unsafe fn receive_message<T: Into<Message>>(
    comms: *mut Comms,
    message: *mut *mut Message,
    operation: impl FnOnce(&mut client::Comms) -> client::Result<T>,
) -> c_int {
    let receive = |comms: &mut client::Comms| {
        let message = pointer::place(message)?;
        let received = operation(comms)?.into();
        // SAFETY: the caller's.
        unsafe { pointer::store(message, pointer::give(received)) };
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, receive) }
}

/// Sends a truth value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_bool(comms: *mut Comms, value: bool) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_bool(value)?)) }
}

/// Receives a truth value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_bool(comms: *mut Comms, value: *mut bool) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, value, client::Comms::receive_bool) }
}

/// Sends a text of `length` bytes in UTF-8, which may have zeros in it and needs none at its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_text(comms: *mut Comms, text: *const c_char, length: usize) -> c_int {
    let send = |comms: &mut client::Comms| {
        // SAFETY: the caller's.
        Ok(comms.send_text(unsafe { pointer::text(text, length) }?)?)
    };
    // SAFETY: the caller's.
    unsafe { with(comms, send) }
}

/// Receives a text, which is UTF-8, and stores a handle for it, to be freed by `sandbox2_message_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_text(comms: *mut Comms, text: *mut *mut Message) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive_message(comms, text, client::Comms::receive_text) }
}

/// Sends `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_bytes(comms: *mut Comms, bytes: *const u8, length: usize) -> c_int {
    let send = |comms: &mut client::Comms| {
        // SAFETY: the caller's.
        Ok(comms.send_bytes(unsafe { pointer::slice(bytes, length) }?)?)
    };
    // SAFETY: the caller's.
    unsafe { with(comms, send) }
}

/// Receives bytes, and stores a handle for them, to be freed by `sandbox2_message_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_bytes(comms: *mut Comms, bytes: *mut *mut Message) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive_message(comms, bytes, client::Comms::receive_bytes) }
}

/// Receives bytes into `place`, which has room for `size`, and stores in `length` how many came.
///
/// If there are more than `size`, that is `SANDBOX2_ERROR_TOO_LARGE`; they are gone, and the channel can still be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_bytes_into(
    comms: *mut Comms,
    place: *mut u8,
    size: usize,
    length: *mut usize,
) -> c_int {
    let receive = |comms: &mut client::Comms| {
        let length = pointer::place(length)?;
        // SAFETY: the caller's.
        let place = unsafe { pointer::slice_mut(place, size) }?;
        let received = comms.receive_bytes_into(place)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(length, received) };
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, receive) }
}

/// Sends a copy of a descriptor, which stays the caller's and must be open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_descriptor(comms: *mut Comms, descriptor: c_int) -> c_int {
    let send = |comms: &mut client::Comms| {
        // SAFETY: the caller's.
        Ok(comms.send_descriptor(unsafe { pointer::borrow(descriptor) }?)?)
    };
    // SAFETY: the caller's.
    unsafe { with(comms, send) }
}

/// Receives a descriptor, close-on-exec, which is the caller's to close.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_descriptor(comms: *mut Comms, descriptor: *mut c_int) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, descriptor, |comms| comms.receive_descriptor().map(IntoRawFd::into_raw_fd)) }
}

/// Tells the other side that this one has come to its barrier.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_barrier(comms: *mut Comms) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_barrier()?)) }
}

/// Waits until the other side has come to its barrier.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_barrier(comms: *mut Comms) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.receive_barrier()?)) }
}

/// Sends what something came to: `status` is 0 if it succeeded, otherwise a number that both sides know, and `text` has `length`
/// bytes in UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_status(
    comms: *mut Comms,
    status: i32,
    text: *const c_char,
    length: usize,
) -> c_int {
    let send = |comms: &mut client::Comms| {
        // SAFETY: the caller's.
        let message = unsafe { pointer::text(text, length) }?.to_owned();
        Ok(comms.send_status(&Status { code: status, message })?)
    };
    // SAFETY: the caller's.
    unsafe { with(comms, send) }
}

/// Receives what something came to: stores its number in `status`, and a handle for its text in `text`, to be freed by
/// `sandbox2_message_free`; `text` may be `NULL`, if nobody wants to read it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_status(
    comms: *mut Comms,
    status: *mut i32,
    text: *mut *mut Message,
) -> c_int {
    let receive = |comms: &mut client::Comms| {
        let place = pointer::place(status)?;
        let received = comms.receive_status()?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, received.code) };
        if !text.is_null() {
            // SAFETY: the caller's.
            unsafe { pointer::store(text, pointer::give(Message::from(received))) };
        }
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(comms, receive) }
}

/// Tells the other side who this is. The kernel says it, so that it is true; the other side must have asked for it before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_send_credentials(comms: *mut Comms) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.send_credentials()?)) }
}

/// Asks the kernel to say who sends what comes from now on: needed once, before the other side sends its credentials. One
/// `setsockopt`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_expect_credentials(comms: *mut Comms) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(comms, |comms| Ok(comms.expect_credentials()?)) }
}

/// Receives who the other side is. `SANDBOX2_ERROR_SYSTEM` if nobody asked for it before it was sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_receive_credentials(comms: *mut Comms, credentials: *mut Credentials) -> c_int {
    // SAFETY: the caller's.
    unsafe { receive(comms, credentials, client::Comms::receive_credentials) }
}
