//! A program that makes itself ready once and is forked for each sandbox.

use core::ffi::c_int;

use sandbox2_client as client;

use crate::client::Client;
use crate::error::{Failure, code};
use crate::pointer;

/// A program that is forked for each sandbox: `sandbox2_forking_client_new` makes one, and `sandbox2_enter_fork_loop` or
/// `sandbox2_forking_client_free` ends it.
///
/// ```c
/// sandbox2_forking_client *server;
/// sandbox2_client *client;
/// int result = sandbox2_forking_client_new(&server);
/// // ... what takes long ...
/// if (result == SANDBOX2_OK) result = sandbox2_enter_fork_loop(server, &client); // returns in children only
/// if (result == SANDBOX2_OK) result = sandbox2_client_sandbox_me_here(client);
/// ```
#[derive(Debug)]
pub struct ForkingClient(client::ForkingClient);

/// Stores a handle for the fork server that the host has started this program as.
///
/// `SANDBOX2_ERROR_ENVIRONMENT` if it was not started as one, `SANDBOX2_ERROR_TAKEN` if this was called before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_forking_client_new(server: *mut *mut ForkingClient) -> c_int {
    let new = || {
        let place = pointer::place(server)?;
        let made = client::ForkingClient::new()?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(ForkingClient(made))) };
        Ok(())
    };
    code(new())
}

/// Frees it: no more children can be made. Nothing for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_forking_client_free(server: *mut ForkingClient) {
    // SAFETY: the caller's.
    drop(unsafe { pointer::take(server) });
}

/// Lets children keep this descriptor, unless the host maps another in its place.
///
/// All others of this process are closed in its children, and their numbers may be those of what the host has mapped: a child must not
/// use or close what it had before. That holds for channels and buffers, too: a child must not free them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_forking_client_keep_descriptor(
    server: *mut ForkingClient,
    descriptor: c_int,
) -> c_int {
    let keep = || {
        // SAFETY: the caller's.
        let server = unsafe { pointer::handle(server) }?;
        if descriptor < 0 {
            return Err(Failure::Argument("a descriptor is negative"));
        }
        server.0.keep_descriptor(descriptor);
        Ok(())
    };
    code(keep())
}

/// Waits for one request of the host and forks. Stores in `client`: in the child, a handle for what the host has given it, with which it
/// must call `sandbox2_client_sandbox_me_here`; in this process, `NULL`.
///
/// Call it again soon: the ends of the children are noticed, and told to the host, only while it waits. A child that cannot be made
/// is the host's to report and no error here.
///
/// `SANDBOX2_ERROR_CLOSED` if the host is gone or does not need this process any more; `SANDBOX2_ERROR_THREADS` if this process has more
/// than one thread, since a fork of it would not be whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_wait_and_fork(server: *mut ForkingClient, client: *mut *mut Client) -> c_int {
    let wait = || {
        let place = pointer::place(client)?;
        // SAFETY: the caller's.
        let server = unsafe { pointer::handle(server) }?;
        let forked = server.0.wait_and_fork()?;
        let handle = forked.map_or(core::ptr::null_mut(), |client| pointer::give(Client(client)));
        // SAFETY: the caller's.
        unsafe { pointer::store(place, handle) };
        Ok(())
    };
    code(wait())
}

/// Waits for requests and forks, for ever. Returns in each child, with a handle in `client` for what the host has given it, with which it
/// must call `sandbox2_client_sandbox_me_here`. In this process it does not return but with an error; when the host is gone, or does not
/// need it any more, it ends the process with code 0.
///
/// `server` is freed, in children and also if this fails. `SANDBOX2_ERROR_THREADS` if this process has more than one thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_enter_fork_loop(server: *mut ForkingClient, client: *mut *mut Client) -> c_int {
    // SAFETY: the caller's.
    let server = unsafe { pointer::take(server) };
    let enter = || {
        let place = pointer::place(client)?;
        let server = server.ok_or(Failure::Argument("a handle is a null pointer"))?;
        let forked = server.0.enter_fork_loop()?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Client(forked))) };
        Ok(())
    };
    code(enter())
}
