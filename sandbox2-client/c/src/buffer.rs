//! Memory that host and sandboxee share.

use core::ffi::{c_char, c_int};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use sandbox2_client::{self as client, BufferError};

use crate::error::{Failure, code};
use crate::pointer;

/// Memory that this program and another share, mapped: `sandbox2_buffer_new` and its like make one, `sandbox2_buffer_free` ends it.
///
/// Nobody can make it smaller, so that touching it cannot bring `SIGBUS`. Not for several threads at once, but for its bytes.
#[derive(Debug)]
pub struct Buffer(client::Buffer);

/// Stores a handle for a new buffer.
///
/// # Safety
/// As for the whole crate.
unsafe fn new(
    buffer: *mut *mut Buffer,
    make: impl FnOnce() -> Result<Result<client::Buffer, BufferError>, Failure>,
) -> c_int {
    let new = || {
        let buffer = pointer::place(buffer)?;
        let made = make()?.map_err(client::Error::from)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(buffer, pointer::give(Buffer(made))) };
        Ok(())
    };
    code(new())
}

/// Stores a handle for a buffer over a descriptor, which is closed if that is not to be.
///
/// # Safety
/// As for the whole crate.
unsafe fn from_descriptor(
    descriptor: c_int,
    buffer: *mut *mut Buffer,
    make: impl FnOnce(OwnedFd) -> Result<client::Buffer, BufferError>,
) -> c_int {
    // SAFETY: the caller's.
    let descriptor = unsafe { pointer::own(descriptor) };
    // SAFETY: the caller's.
    unsafe { new(buffer, || Ok(make(descriptor?))) }
}

/// Does something with a buffer.
///
/// # Safety
/// As for the whole crate.
unsafe fn with(
    buffer: *mut Buffer,
    operation: impl FnOnce(&mut client::Buffer) -> Result<Result<(), BufferError>, Failure>,
) -> c_int {
    let with = || {
        // SAFETY: the caller's.
        let buffer = unsafe { pointer::handle(buffer) }?;
        Ok(operation(&mut buffer.0)?.map_err(client::Error::from)?)
    };
    code(with())
}

/// Does something with a buffer's bytes.
///
/// # Safety
/// As for the whole crate.
unsafe fn look<T>(
    buffer: *const Buffer,
    operation: impl FnOnce(&client::Buffer) -> Result<Result<T, BufferError>, Failure>,
) -> Result<T, Failure> {
    // SAFETY: the caller's.
    let buffer = unsafe { pointer::shared(buffer) }?;
    Ok(operation(&buffer.0)?.map_err(client::Error::from)?)
}

/// Makes a buffer of `size` bytes, all 0, and stores its handle in `buffer`. `name` is shown in `/proc`; it has at most 249 bytes and
/// a zero at its end, and `NULL` is some name.
///
/// No memory is taken before a byte is touched. 0 is a size too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_new(size: usize, name: *const c_char, buffer: *mut *mut Buffer) -> c_int {
    let make = || {
        if name.is_null() {
            return Ok(client::Buffer::new(size));
        }
        // SAFETY: the caller's.
        Ok(client::Buffer::named(unsafe { pointer::name(name) }?, size))
    };
    // SAFETY: the caller's.
    unsafe { new(buffer, make) }
}

/// Makes a buffer of `length` bytes, which are copied, and stores its handle in `buffer`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_from_bytes(
    bytes: *const u8,
    length: usize,
    buffer: *mut *mut Buffer,
) -> c_int {
    // SAFETY: the caller's.
    let make = || Ok(client::Buffer::from_bytes(unsafe { pointer::slice(bytes, length) }?));
    // SAFETY: the caller's.
    unsafe { new(buffer, make) }
}

/// Makes a buffer of all the memory of a descriptor that may come from a hostile other side, up to `most` bytes (such as
/// `SANDBOX2_DEFAULT_MAX_BUFFER`), and stores its handle in `buffer`. The descriptor is the library's from then on, also if this fails.
///
/// It must be memory of ordinary pages (a buffer's, or of `memfd_create`) that nobody can make smaller any more. If that is not
/// forbidden yet, it is now. Another one is `SANDBOX2_ERROR_NOT_MEMORY`; a larger one is `SANDBOX2_ERROR_TOO_LARGE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_from_descriptor(
    descriptor: c_int,
    most: usize,
    buffer: *mut *mut Buffer,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { from_descriptor(descriptor, buffer, |file| client::Buffer::from_fd_up_to(file, most)) }
}

/// As `sandbox2_buffer_from_descriptor`, up to `SANDBOX2_DEFAULT_MAX_BUFFER` bytes, but only to be read: also from a descriptor that
/// cannot be written to, or that `sandbox2_buffer_seal_writes` was called for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_from_descriptor_read_only(
    descriptor: c_int,
    buffer: *mut *mut Buffer,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { from_descriptor(descriptor, buffer, client::Buffer::from_fd_read_only) }
}

/// As `sandbox2_buffer_from_descriptor`, but the first `size` bytes, without another limit. If there are not as many, that is
/// `SANDBOX2_ERROR_NOT_MEMORY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_from_descriptor_with_size(
    descriptor: c_int,
    size: usize,
    buffer: *mut *mut Buffer,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { from_descriptor(descriptor, buffer, |file| client::Buffer::from_fd_with_size(file, size)) }
}

/// Makes a buffer of the first `size` bytes of any file that can be mapped, which whoever else has it may make smaller. The
/// descriptor is the library's from then on, also if this fails.
///
/// Whoever can truncate the file can end this process: touching bytes that are gone brings `SIGBUS`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_danger_from_descriptor_unsealed(
    descriptor: c_int,
    size: usize,
    buffer: *mut *mut Buffer,
) -> c_int {
    // SAFETY: the caller's.
    unsafe { from_descriptor(descriptor, buffer, |file| client::Buffer::danger_from_fd_unsealed(file, size)) }
}

/// Unmaps a buffer and closes its descriptor; whoever else has the memory keeps it. Nothing for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_free(buffer: *mut Buffer) {
    // SAFETY: the caller's.
    drop(unsafe { pointer::take(buffer) });
}

/// Where the buffer's first byte is, until it is expanded or freed. `NULL` if it has none, or `buffer` is `NULL`.
///
/// Others may write at the same time: a byte that was looked at once may be another the next time. Copy first, with
/// `sandbox2_buffer_read_at`, then check.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_data(buffer: *const Buffer) -> *mut u8 {
    // SAFETY: the caller's.
    match unsafe { pointer::shared(buffer) } {
        Ok(buffer) if !buffer.0.is_empty() => buffer.0.as_ptr(),
        _ => core::ptr::null_mut(),
    }
}

/// How many bytes the buffer has. 0 for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_size(buffer: *const Buffer) -> usize {
    // SAFETY: the caller's.
    unsafe { pointer::shared(buffer) }.map_or(0, |buffer| buffer.0.len())
}

/// Whether the buffer is mapped for reading only. Also for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_is_read_only(buffer: *const Buffer) -> bool {
    // SAFETY: the caller's.
    unsafe { pointer::shared(buffer) }.map_or(true, |buffer| buffer.0.is_read_only())
}

/// The memory's descriptor, which stays the buffer's: whoever is sent it shares the memory. Negative if `buffer` is `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_descriptor(buffer: *const Buffer) -> c_int {
    // SAFETY: the caller's.
    match unsafe { pointer::shared(buffer) } {
        Ok(buffer) => buffer.0.as_fd().as_raw_fd(),
        Err(failure) => code(Err(failure)),
    }
}

/// Makes the buffer larger; its contents and its descriptor stay, and its bytes may be elsewhere afterwards. Memory that has as many
/// bytes already keeps its size. The other side still has mapped what it had, and can do the same.
///
/// A size that is less than the buffer's is `SANDBOX2_ERROR_RANGE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_expand(buffer: *mut Buffer, size: usize) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(buffer, |buffer| Ok(buffer.expand(size))) }
}

/// Forbids for everybody and for good to make the memory larger. No other seals can be added afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_seal_size(buffer: *mut Buffer) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(buffer, |buffer| Ok(buffer.seal_size())) }
}

/// Forbids everybody to write, but through what is mapped writable already: this buffer, for one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_seal_writes(buffer: *mut Buffer) -> c_int {
    // SAFETY: the caller's.
    unsafe { with(buffer, |buffer| Ok(buffer.seal_writes())) }
}

/// Copies the `length` bytes at `offset` to `place`; `SANDBOX2_ERROR_RANGE`, and nothing is copied, if they are not all in the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_read_at(
    buffer: *const Buffer,
    offset: usize,
    place: *mut u8,
    length: usize,
) -> c_int {
    // SAFETY: the caller's.
    let read = |buffer: &client::Buffer| Ok(buffer.read_at(offset, unsafe { pointer::slice_mut(place, length) }?));
    // SAFETY: the caller's.
    code(unsafe { look(buffer, read) })
}

/// Copies `length` bytes to `offset`; `SANDBOX2_ERROR_RANGE`, and nothing is copied, if they do not all fit in the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_write_at(
    buffer: *mut Buffer,
    offset: usize,
    bytes: *const u8,
    length: usize,
) -> c_int {
    // SAFETY: the caller's.
    let write = |buffer: &client::Buffer| Ok(buffer.write_at(offset, unsafe { pointer::slice(bytes, length) }?));
    // SAFETY: the caller's.
    code(unsafe { look(buffer, write) })
}

/// Sets `length` bytes from `offset` on to `byte`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_fill(buffer: *mut Buffer, offset: usize, length: usize, byte: u8) -> c_int {
    // SAFETY: the caller's.
    code(unsafe { look(buffer, |buffer| Ok(buffer.fill(offset, length, byte))) })
}

/// Stores a number of the buffer's.
///
/// # Safety
/// As for the whole crate.
unsafe fn load<T>(
    buffer: *const Buffer,
    value: *mut T,
    operation: impl FnOnce(&client::Buffer) -> Result<T, BufferError>,
) -> c_int {
    let load = || {
        let place = pointer::place(value)?;
        // SAFETY: the caller's.
        let loaded = unsafe { look(buffer, |buffer| Ok(operation(buffer))) }?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, loaded) };
        Ok(())
    };
    code(load())
}

/// Reads the 8 bits at `offset` in one step. What is read afterwards is not older than what was stored before this number was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_load_u8(buffer: *const Buffer, offset: usize, value: *mut u8) -> c_int {
    // SAFETY: the caller's.
    unsafe { load(buffer, value, |buffer| buffer.load_u8(offset)) }
}

/// Reads the 32 bits at `offset`, a multiple of 4, in one step and this machine's byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_load_u32(buffer: *const Buffer, offset: usize, value: *mut u32) -> c_int {
    // SAFETY: the caller's.
    unsafe { load(buffer, value, |buffer| buffer.load_u32(offset)) }
}

/// Reads the 64 bits at `offset`, a multiple of 8, in one step and this machine's byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_load_u64(buffer: *const Buffer, offset: usize, value: *mut u64) -> c_int {
    // SAFETY: the caller's.
    unsafe { load(buffer, value, |buffer| buffer.load_u64(offset)) }
}

/// Sets the 8 bits at `offset` in one step. Whoever loads this number sees what was written before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_store_u8(buffer: *mut Buffer, offset: usize, value: u8) -> c_int {
    // SAFETY: the caller's.
    code(unsafe { look(buffer, |buffer| Ok(buffer.store_u8(offset, value))) })
}

/// Sets the 32 bits at `offset`, a multiple of 4, in one step and this machine's byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_store_u32(buffer: *mut Buffer, offset: usize, value: u32) -> c_int {
    // SAFETY: the caller's.
    code(unsafe { look(buffer, |buffer| Ok(buffer.store_u32(offset, value))) })
}

/// Sets the 64 bits at `offset`, a multiple of 8, in one step and this machine's byte order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_buffer_store_u64(buffer: *mut Buffer, offset: usize, value: u64) -> c_int {
    // SAFETY: the caller's.
    code(unsafe { look(buffer, |buffer| Ok(buffer.store_u64(offset, value))) })
}
