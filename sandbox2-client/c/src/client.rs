//! What a program was told by its host, and how it asks for its policy.

use core::ffi::{c_char, c_int};
use std::os::fd::IntoRawFd;

use sandbox2_client as client;

use crate::comms::Comms;
use crate::error::{Failure, code};
use crate::logs::Logger;
use crate::pointer;

/// What the host has made for this program: a channel, and descriptors with names. `sandbox2_client_free` frees it.
#[derive(Debug)]
pub struct Client(pub(crate) client::Client);

/// Does something with a client.
///
/// # Safety
/// As for the whole crate.
unsafe fn with(client: *mut Client, operation: impl FnOnce(&mut client::Client) -> Result<(), Failure>) -> c_int {
    // SAFETY: the caller's.
    code(unsafe { pointer::handle(client) }.and_then(|client| operation(&mut client.0)))
}

/// Whether sandbox2 has a policy in force on this process, as far as the program has been told.
///
/// True from the start in a program that was started sandboxed, and in all that it starts with the same environment; after
/// `sandbox2_client_sandbox_me_here` in one that sandboxes itself, and in its forks. It makes no system call. Whoever starts a program
/// chooses its environment, so this is no proof. The answer is found once: ask before the environment is changed.
#[unsafe(no_mangle)]
pub extern "C" fn sandbox2_am_i_sandboxed() -> bool {
    client::am_i_sandboxed()
}

/// Reads from the environment what the host has said when it started this program, and stores a handle for it in `client`. It makes no
/// system call.
///
/// `SANDBOX2_ERROR_ENVIRONMENT` if this program was not started by sandbox2; `SANDBOX2_ERROR_TAKEN` if this was called before, also
/// if its result was freed: the descriptors belonged to that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_client_new(client: *mut *mut Client) -> c_int {
    let new = || {
        let place = pointer::place(client)?;
        let made = client::Client::new()?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Client(made))) };
        Ok(())
    };
    code(new())
}

/// Frees a client, and closes the channel and the descriptors that were not taken from it. Nothing for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_client_free(client: *mut Client) {
    // SAFETY: the caller's.
    drop(unsafe { pointer::take(client) });
}

/// Takes the channel to the host, and stores its handle in `comms`: to be freed by itself, also after the client.
///
/// `SANDBOX2_ERROR_TAKEN` if the host has made none, or it was taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_client_comms(client: *mut Client, comms: *mut *mut Comms) -> c_int {
    let take = |client: &mut client::Client| {
        let place = pointer::place(comms)?;
        let taken = client.comms()?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Comms(taken))) };
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(client, take) }
}

/// Whether `sandbox2_client_descriptor` would give a descriptor for that name, which ends with a zero. False for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_client_has_descriptor(client: *const Client, name: *const c_char) -> bool {
    // SAFETY: the caller's.
    let (client, name) = (unsafe { pointer::shared(client) }, unsafe { pointer::name(name) });
    matches!((client, name), (Ok(client), Ok(name)) if client.0.has_descriptor(name))
}

/// Takes the descriptor that the host has mapped under that name, which ends with a zero, and stores it in `descriptor`; it is the
/// caller's to close.
///
/// `SANDBOX2_ERROR_TAKEN` if there is none of that name, or it was taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_client_descriptor(
    client: *mut Client,
    name: *const c_char,
    descriptor: *mut c_int,
) -> c_int {
    let take = |client: &mut client::Client| {
        let place = pointer::place(descriptor)?;
        // SAFETY: the caller's.
        let name = unsafe { pointer::name(name) }?;
        let taken = client.descriptor(name)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, taken.into_raw_fd()) };
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(client, take) }
}

/// Takes what sends records to the host's log, and stores its handle in `logger`: to be freed by itself, also after the client.
///
/// `SANDBOX2_ERROR_TAKEN` if the host does not take records, or this was called before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_client_logger(client: *mut Client, logger: *mut *mut Logger) -> c_int {
    let take = |client: &mut client::Client| {
        let place = pointer::place(logger)?;
        let taken = client.log_forwarder()?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Logger(taken))) };
        Ok(())
    };
    // SAFETY: the caller's.
    unsafe { with(client, take) }
}

/// Puts the host's policy in force: for this thread, for all others of this process, and for good.
///
/// Whoever calls this must do so on every path that leads to data that are not to be trusted, and must end where it fails. When
/// it returns `SANDBOX2_OK`, the policy is in force.
///
/// It makes `sendmsg`, `recvmsg`, `prctl`, `seccomp` and two times `close`, the last one under the policy already, which need not
/// allow it: the host lets it pass.
///
/// `SANDBOX2_ERROR_TAKEN` if the policy is in force already or nobody waits to be asked for it; any other error if the host is gone or
/// speaks another version, or if the kernel refuses the filter, for example because a thread of this process has one of its own. Then
/// nothing is in force that was not before, and the host ends this process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_client_sandbox_me_here(client: *mut Client) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(client, |client| Ok(client.sandbox_me_here()?)) }
}
