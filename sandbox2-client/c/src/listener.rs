//! Channels for whoever knows an address.

use core::ffi::{CStr, c_char, c_int};
use std::ffi::OsStr;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;

use sandbox2_client::{self as client, Address};

use crate::comms::{Comms, time};
use crate::error::{Failure, code};
use crate::pointer;

/// Waits at an address for others to connect: `sandbox2_listener_bind` and its like make one, `sandbox2_listener_free` ends it.
///
/// Whoever may connect gets a channel: look at `sandbox2_comms_peer` where that may not be everybody.
#[derive(Debug)]
pub struct Listener(client::Listener);

/// An address that is a path.
///
/// # Safety
/// As for the whole crate.
unsafe fn path(path: *const c_char) -> Result<Address, Failure> {
    if path.is_null() {
        return Err(Failure::Argument("a path is a null pointer"));
    }
    // SAFETY: the caller's; it is not null.
    let path = unsafe { CStr::from_ptr(path) };
    Ok(Address::path(OsStr::from_bytes(path.to_bytes()))?)
}

/// An address that is a name.
///
/// # Safety
/// As for the whole crate.
unsafe fn name(name: *const u8, length: usize) -> Result<Address, Failure> {
    // SAFETY: the caller's.
    Ok(Address::abstract_name(unsafe { pointer::slice(name, length) }?)?)
}

/// Stores a handle for a channel to whoever listens there.
///
/// # Safety
/// As for the whole crate.
unsafe fn connect(address: Result<Address, Failure>, milliseconds: i64, comms: *mut *mut Comms) -> c_int {
    let connect = || {
        let place = pointer::place(comms)?;
        let made = client::Comms::connect(&address?, time(milliseconds))?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Comms(made))) };
        Ok(())
    };
    code(connect())
}

/// Stores a handle for a listener.
///
/// # Safety
/// As for the whole crate.
unsafe fn bind(address: Result<Address, Failure>, listener: *mut *mut Listener) -> c_int {
    let bind = || {
        let place = pointer::place(listener)?;
        let made = client::Listener::bind(&address?)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Listener(made))) };
        Ok(())
    };
    code(bind())
}

/// Connects to the listener at a path, which ends with a zero and has at most 107 bytes, and stores the channel's handle in `comms`.
///
/// `milliseconds` is how long that may take; negative: as long as it takes. The channel has no time-out of its own then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_connect(at: *const c_char, milliseconds: i64, comms: *mut *mut Comms) -> c_int {
    // SAFETY: the caller's.
    let address = unsafe { path(at) };
    // SAFETY: the caller's.
    unsafe { connect(address, milliseconds, comms) }
}

/// As `sandbox2_comms_connect`, to a listener with an abstract name of `length` bytes, at most 107, for which there is no file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_comms_connect_abstract(
    at: *const u8,
    length: usize,
    milliseconds: i64,
    comms: *mut *mut Comms,
) -> c_int {
    // SAFETY: the caller's.
    let address = unsafe { name(at, length) };
    // SAFETY: the caller's.
    unsafe { connect(address, milliseconds, comms) }
}

/// Listens at a path, which ends with a zero and has at most 107 bytes, and stores a handle in `listener`. A file is made there, and
/// whoever may write to it may connect; it is removed when the listener is freed.
///
/// `SANDBOX2_ERROR_SYSTEM` if a file is there already: whatever it is, it is left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_listener_bind(at: *const c_char, listener: *mut *mut Listener) -> c_int {
    // SAFETY: the caller's.
    let address = unsafe { path(at) };
    // SAFETY: the caller's.
    unsafe { bind(address, listener) }
}

/// Listens at an abstract name of `length` bytes, at most 107, and stores a handle in `listener`. There is no file: every process of
/// the network namespace may connect, or take the name first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_listener_bind_abstract(
    at: *const u8,
    length: usize,
    listener: *mut *mut Listener,
) -> c_int {
    // SAFETY: the caller's.
    let address = unsafe { name(at, length) };
    // SAFETY: the caller's.
    unsafe { bind(address, listener) }
}

/// Waits for somebody to connect, at most `milliseconds` (negative: as long as it takes), and stores the channel's handle in `comms`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_listener_accept(
    listener: *const Listener,
    milliseconds: i64,
    comms: *mut *mut Comms,
) -> c_int {
    let accept = || {
        let place = pointer::place(comms)?;
        // SAFETY: the caller's.
        let accepted = unsafe { pointer::shared(listener) }?.0.accept(time(milliseconds))?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Comms(accepted))) };
        Ok(())
    };
    code(accept())
}

/// The listener's socket, which stays the listener's: for `poll`. Negative if `listener` is `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_listener_descriptor(listener: *const Listener) -> c_int {
    // SAFETY: the caller's.
    match unsafe { pointer::shared(listener) } {
        Ok(listener) => listener.0.as_fd().as_raw_fd(),
        Err(failure) => code(Err(failure)),
    }
}

/// Frees a listener, closes its socket, and removes its file. Nothing for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_listener_free(listener: *mut Listener) {
    // SAFETY: the caller's.
    drop(unsafe { pointer::take(listener) });
}
