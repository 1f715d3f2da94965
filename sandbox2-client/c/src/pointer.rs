//! What comes from C as pointers: checked for null and for lengths that cannot be, and nothing else can be checked.

use core::ffi::{CStr, c_char, c_int};
use core::slice;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd};

use crate::error::Failure;

/// Where a value goes.
///
/// # Safety
/// `place` is null or can be written.
pub(crate) unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: the caller's; it is not null. What was there before, if anything, is the caller's and not dropped.
        unsafe { place.write(value) };
    }
}

/// A place that must not be null.
pub(crate) fn place<T>(place: *mut T) -> Result<*mut T, Failure> {
    if place.is_null() { Err(Failure::Argument("the place for the result is a null pointer")) } else { Ok(place) }
}

/// What a handle stands for.
///
/// # Safety
/// `handle` is null, or lives and is nobody else's as long as the result.
pub(crate) unsafe fn handle<'a, T>(handle: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: the caller's.
    unsafe { handle.as_mut() }.ok_or(Failure::Argument("a handle is a null pointer"))
}

/// What a handle stands for, to look at.
///
/// # Safety
/// `handle` is null, or lives and is not changed as long as the result.
pub(crate) unsafe fn shared<'a, T>(handle: *const T) -> Result<&'a T, Failure> {
    // SAFETY: the caller's.
    unsafe { handle.as_ref() }.ok_or(Failure::Argument("a handle is a null pointer"))
}

/// A handle for something.
pub(crate) fn give<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// What a handle stood for; `None` for null.
///
/// # Safety
/// `handle` is null, or came from [`give`] and is not used any more.
pub(crate) unsafe fn take<T>(handle: *mut T) -> Option<Box<T>> {
    if handle.is_null() {
        return None;
    }
    // SAFETY: the caller's; it is not null.
    Some(unsafe { Box::from_raw(handle) })
}

fn length<T>(start: *const T, length: usize) -> Result<usize, Failure> {
    if length > isize::MAX as usize / size_of::<T>() {
        return Err(Failure::Argument("a length is more than memory can have"));
    }
    if start.is_null() && length > 0 {
        return Err(Failure::Argument("a null pointer has a length other than 0"));
    }
    Ok(length)
}

/// Values that the caller has.
///
/// # Safety
/// `start` is null, or so many values are there and do not change as long as the result lives.
pub(crate) unsafe fn slice<'a, T>(start: *const T, count: usize) -> Result<&'a [T], Failure> {
    match length(start, count)? {
        0 => Ok(&[]),
        // SAFETY: the caller's; it is not null, and no longer than can be.
        count => Ok(unsafe { slice::from_raw_parts(start, count) }),
    }
}

/// Bytes that can be written.
///
/// # Safety
/// `start` is null, or so many bytes are there that have values and are nobody else's as long as the result lives.
pub(crate) unsafe fn slice_mut<'a>(start: *mut u8, count: usize) -> Result<&'a mut [u8], Failure> {
    match length(start, count)? {
        0 => Ok(&mut []),
        // SAFETY: the caller's; it is not null, and no longer than can be.
        count => Ok(unsafe { slice::from_raw_parts_mut(start, count) }),
    }
}

/// A text that the caller has.
///
/// # Safety
/// As for [`slice`].
pub(crate) unsafe fn text<'a>(start: *const c_char, count: usize) -> Result<&'a str, Failure> {
    // SAFETY: the caller's.
    let bytes = unsafe { slice(start.cast::<u8>(), count) }?;
    core::str::from_utf8(bytes).map_err(|_| Failure::Argument("a text is not UTF-8"))
}

/// A name, which ends with a zero.
///
/// # Safety
/// `name` is null, or there is a zero after it, and up to there nothing changes as long as the result lives.
pub(crate) unsafe fn name<'a>(name: *const c_char) -> Result<&'a str, Failure> {
    if name.is_null() {
        return Err(Failure::Argument("a name is a null pointer"));
    }
    // SAFETY: the caller's; it is not null.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_str().map_err(|_| Failure::Argument("a name is not UTF-8"))
}

/// A descriptor that stays the caller's.
///
/// # Safety
/// It is negative, or stays open as long as the result lives.
pub(crate) unsafe fn borrow<'a>(descriptor: c_int) -> Result<BorrowedFd<'a>, Failure> {
    if descriptor < 0 {
        return Err(Failure::Argument("a descriptor is negative"));
    }
    // SAFETY: the caller's; it is not -1.
    Ok(unsafe { BorrowedFd::borrow_raw(descriptor) })
}

/// A descriptor that the caller gives away.
///
/// # Safety
/// It is negative, or open and nobody else's.
pub(crate) unsafe fn own(descriptor: c_int) -> Result<OwnedFd, Failure> {
    if descriptor < 0 {
        return Err(Failure::Argument("a descriptor is negative"));
    }
    // SAFETY: the caller's; it is not -1.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}
