//! Records of the program that appear in its host's log.

use core::ffi::{c_char, c_int};

use sandbox2_client::logs::{self, Forwarder};

use crate::error::{Code, Failure, code};
use crate::pointer;

/// How much a record matters.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something failed.
    Error = 1,
    /// Something may be wrong.
    Warn = 2,
    /// Something that is good to know.
    Info = 3,
    /// For those who look for mistakes.
    Debug = 4,
    /// Everything.
    Trace = 5,
}

/// Sends records to the host's log: `sandbox2_client_logger` gives one, `sandbox2_logger_free` ends it. For several threads at once.
#[derive(Debug)]
pub struct Logger(pub(crate) Forwarder);

/// Makes a logger over the UNIX stream socket whose other end the host reads with its log server, and stores its handle in `logger`.
/// The descriptor is the library's from then on, also if this fails; it must be open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_logger_new(descriptor: c_int, logger: *mut *mut Logger) -> c_int {
    let new = || {
        // SAFETY: the caller's.
        let socket = unsafe { pointer::own(descriptor) }?;
        let place = pointer::place(logger)?;
        // SAFETY: the caller's.
        unsafe { pointer::store(place, pointer::give(Logger(Forwarder::new(socket)))) };
        Ok(())
    };
    code(new())
}

/// Frees a logger and closes its descriptor. Nothing for `NULL`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_logger_free(logger: *mut Logger) {
    // SAFETY: the caller's.
    drop(unsafe { pointer::take(logger) });
}

/// Sends a record to the host's log, in one `sendmsg` that does not wait.
///
/// `level` is one of `sandbox2_level`. `target`, the part of the program that the record is about, and `file`, in which `line` is (`__FILE__`
/// and `__LINE__`, or `NULL` and 0), end with a zero and are cut off at 256 bytes. `text` has `length` bytes; what is not UTF-8 of it is
/// replaced, and what does not fit in 4096 bytes is cut off.
///
/// `SANDBOX2_ERROR_LEFT_OUT` if the host does not keep up or is gone: the record is left out and counted. That is no reason to stop.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_log(
    logger: *const Logger,
    level: c_int,
    target: *const c_char,
    file: *const c_char,
    line: u32,
    text: *const c_char,
    length: usize,
) -> c_int {
    let log = || {
        // SAFETY: the caller's.
        let logger = unsafe { pointer::shared(logger) }?;
        let level = known(level)?;
        // SAFETY: the caller's.
        let target = if target.is_null() { "" } else { unsafe { pointer::name(target) }? };
        // SAFETY: the caller's.
        let file = if file.is_null() { None } else { Some(unsafe { pointer::name(file) }?) };
        // SAFETY: the caller's.
        let bytes = unsafe { pointer::slice(text.cast::<u8>(), length) }?;
        // More than a frame has is not looked at.
        let bytes = bytes.get(..MOST).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        let line = Some(line).filter(|line| *line > 0);
        let went = logger.0.send(level, target, file, line, format_args!("{text}"));
        if went { Ok(()) } else { Err(Failure::Plain(Code::LeftOut)) }
    };
    code(log())
}

/// The most bytes of a record.
const MOST: usize = 4096;

fn known(level: c_int) -> Result<logs::Level, Failure> {
    match level {
        1 => Ok(logs::Level::Error),
        2 => Ok(logs::Level::Warn),
        3 => Ok(logs::Level::Info),
        4 => Ok(logs::Level::Debug),
        5 => Ok(logs::Level::Trace),
        _ => Err(Failure::Argument("there is no such level")),
    }
}
