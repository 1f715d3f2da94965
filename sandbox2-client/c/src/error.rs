//! Results: a code for each kind of error, and for whoever wants to print it the whole of the last one.

use core::cell::Cell;
use core::ffi::{c_char, c_int};
use core::fmt::{self, Write};

use sandbox2_client::{BufferError, Error};

use crate::pointer;

/// What a function gives that returns `int`, if it did not do what it was to do. All of them are negative.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The other side has closed the channel, or it was terminated. Every later call gives this too.
    Closed = -1,
    /// The time for it was over. If nothing of a message had come or gone, the channel can still be used.
    TimedOut = -2,
    /// A message of another type came. It was taken from the channel, which can still be used.
    Mismatch = -3,
    /// A message is larger than may be, or than the place for it.
    TooLarge = -4,
    /// The other side does not keep to the format.
    Malformed = -5,
    /// Another number of descriptors came than was waited for; they were closed.
    Descriptors = -6,
    /// A system call failed: `sandbox2_last_errno` has its error number.
    System = -7,
    /// An argument cannot be: a null pointer, a length that no memory has, a text that is not UTF-8, a descriptor that is none.
    /// Nothing was done, but a descriptor that was given away is closed.
    Argument = -8,
    /// Bytes are meant that are not in the buffer, or a number where none can be, or a buffer was to get smaller. Nothing was done.
    Range = -9,
    /// The descriptor is no memory of ordinary pages that never gets smaller, or has not as many bytes. It was closed.
    NotMemory = -10,
    /// The buffer, or the descriptor that one was to be made of, can only be read.
    ReadOnly = -11,
    /// The host has not said in the environment what this program asks for: it was not started by sandbox2, or by another version.
    Environment = -12,
    /// What can be had once is not there, or not any more.
    Taken = -13,
    /// The host speaks another version of the protocol: link the library that belongs to it.
    Version = -14,
    /// A fork server has more than one thread.
    Threads = -15,
    /// The host does not keep up with records, or is gone: one was left out.
    LeftOut = -16,
    /// The other side refuses shared memory; the channel is as before.
    NoSharedMemory = -17,
    /// The channel has shared memory already, and goes on.
    AlreadyShared = -18,
    /// Something else; `sandbox2_last_error` says what.
    Other = -100,
}

impl Code {
    const ALL: [Code; 19] = [
        Code::Closed,
        Code::TimedOut,
        Code::Mismatch,
        Code::TooLarge,
        Code::Malformed,
        Code::Descriptors,
        Code::System,
        Code::Argument,
        Code::Range,
        Code::NotMemory,
        Code::ReadOnly,
        Code::Environment,
        Code::Taken,
        Code::Version,
        Code::Threads,
        Code::LeftOut,
        Code::NoSharedMemory,
        Code::AlreadyShared,
        Code::Other,
    ];

    const fn message(self) -> &'static core::ffi::CStr {
        match self {
            Code::Closed => c"the channel is closed",
            Code::TimedOut => c"the time for it was over",
            Code::Mismatch => c"a message of another type came: both sides must take turns alike",
            Code::TooLarge => c"a message is larger than may be, or than the place for it",
            Code::Malformed => c"the other side does not keep to the format",
            Code::Descriptors => c"another number of descriptors came than was waited for",
            Code::System => c"a system call failed",
            Code::Argument => c"an argument cannot be",
            Code::Range => c"bytes are meant that are not in the buffer",
            Code::NotMemory => c"the descriptor is no memory that never gets smaller, or has not as many bytes",
            Code::ReadOnly => c"the memory can only be read",
            Code::Environment => c"this program was not started by sandbox2, or by another version",
            Code::Taken => c"what can be had once is not there, or not any more",
            Code::Version => c"the host speaks another version of the protocol",
            Code::Threads => c"a fork server has more than one thread",
            Code::LeftOut => c"the host does not keep up with records, or is gone: one was left out",
            Code::NoSharedMemory => c"the other side refuses shared memory; the channel is as before",
            Code::AlreadyShared => c"the channel has shared memory already, and goes on",
            Code::Other => c"something else went wrong",
        }
    }
}

/// Why a function of this crate failed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The client says so.
    Client(Error),
    /// An argument cannot be: what is wrong with which.
    Argument(&'static str),
    /// There is no more to say than this.
    Plain(Code),
}

impl Failure {
    fn code(self) -> Code {
        match self {
            Failure::Client(Error::Closed) => Code::Closed,
            Failure::Client(Error::TimedOut) => Code::TimedOut,
            Failure::Client(Error::Mismatch { .. }) => Code::Mismatch,
            Failure::Client(Error::TooLarge { .. }) => Code::TooLarge,
            Failure::Client(Error::Malformed(_)) => Code::Malformed,
            Failure::Client(Error::Descriptors { .. }) => Code::Descriptors,
            Failure::Client(Error::System { .. }) => Code::System,
            Failure::Client(Error::Environment(_)) => Code::Environment,
            Failure::Client(Error::Taken(_)) => Code::Taken,
            Failure::Client(Error::NoSharedMemory) => Code::NoSharedMemory,
            Failure::Client(Error::AlreadyShared) => Code::AlreadyShared,
            Failure::Client(Error::Threads) => Code::Threads,
            Failure::Client(Error::Version { .. }) => Code::Version,
            Failure::Client(Error::Buffer(error)) => buffer(error),
            Failure::Client(_) => Code::Other,
            Failure::Argument(_) => Code::Argument,
            Failure::Plain(code) => code,
        }
    }
}

fn buffer(error: BufferError) -> Code {
    match error {
        BufferError::TooLarge { .. } => Code::TooLarge,
        BufferError::Range { .. } | BufferError::Misaligned { .. } | BufferError::Shrinks { .. } => Code::Range,
        BufferError::NotMemory | BufferError::NotSealed | BufferError::Short { .. } => Code::NotMemory,
        BufferError::ReadOnly => Code::ReadOnly,
        BufferError::System { .. } => Code::System,
        _ => Code::Other,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Client(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Client(error) => error.fmt(f),
            Failure::Argument(what) => f.write_str(what),
            // They are all ASCII.
            Failure::Plain(code) => f.write_str(code.message().to_str().unwrap_or_default()),
        }
    }
}

thread_local! {
    static LAST: Cell<Option<Failure>> = const { Cell::new(None) };
}

/// What a function returns; why it failed is kept for the thread.
pub(crate) fn code(result: Result<(), Failure>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(failure) => {
            LAST.set(Some(failure));
            failure.code() as c_int
        }
    }
}

/// A sentence for a code, without details. Never `NULL`, also for a number that is no code; not to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn sandbox2_error_message(code: c_int) -> *const c_char {
    let known = Code::ALL.into_iter().find(|known| *known as c_int == code);
    let unknown = if code == 0 { c"it was done" } else { c"this is no code of sandbox2" };
    known.map_or(unknown, Code::message).as_ptr()
}

/// Writes what went wrong in the calling thread's last call that failed, with all that is known, to `place`: at most `size` bytes,
/// always with a zero at the end unless `size` is 0. An empty text if no call has failed.
///
/// Returns the length of the whole text in bytes, without the zero, as `snprintf` does; `place` may be `NULL` if `size` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sandbox2_last_error(place: *mut c_char, size: usize) -> usize {
    let mut text = Text { place: place.cast(), room: if place.is_null() { 0 } else { size }, length: 0 };
    if let Some(failure) = LAST.get() {
        // Our own writer never fails.
        let _ = write!(text, "{failure}");
    }
    text.end();
    text.length
}

/// The error number (`errno`) of the system call that failed in the calling thread's last call that failed; 0 if it failed for
/// another reason, or none did.
#[unsafe(no_mangle)]
pub extern "C" fn sandbox2_last_errno() -> c_int {
    match LAST.get() {
        Some(Failure::Client(Error::System { errno, .. } | Error::Buffer(BufferError::System { errno, .. }))) => errno,
        _ => 0,
    }
}

/// Writes what fits.
struct Text {
    place: *mut u8,
    room: usize,
    length: usize,
}

impl Text {
    /// Puts a zero behind what was written.
    fn end(&mut self) {
        if let Some(last) = self.room.checked_sub(1) {
            // SAFETY: there are `room` bytes at `place`, so this is inside.
            let end = unsafe { self.place.add(self.length.min(last)) };
            // SAFETY: inside the caller's bytes.
            unsafe { pointer::store(end, 0) };
        }
    }
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let left = self.room.saturating_sub(self.length);
        let fits = part.len().min(left);
        if fits > 0 {
            // SAFETY: `length` is less than `room`, so this is inside.
            let end = unsafe { self.place.add(self.length) };
            // SAFETY: there are `left` more bytes, and a text of ours does not overlap the caller's place.
            unsafe { core::ptr::copy_nonoverlapping(part.as_ptr(), end, fits) };
        }
        self.length = self.length.saturating_add(part.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(size: usize) -> (usize, Vec<u8>) {
        let mut place = vec![0xff_u8; 200];
        // SAFETY: there are more than that many bytes.
        let length = unsafe { sandbox2_last_error(place.as_mut_ptr().cast(), size) };
        (length, place)
    }

    #[test]
    fn the_last_error_is_told_as_far_as_there_is_room() {
        assert_eq!((last(200).0, last(200).1[0], sandbox2_last_errno()), (0, 0, 0));
        let failure = Error::System { what: "sending a message", errno: 12 };
        assert_eq!(code(Err(failure.into())), Code::System as c_int);
        let whole = b"sending a message failed with error 12\0";
        let (length, place) = last(200);
        assert_eq!((length, &place[..whole.len()]), (whole.len() - 1, &whole[..]));
        assert!(place[whole.len()..].iter().all(|byte| *byte == 0xff));
        assert_eq!(sandbox2_last_errno(), 12);
        for size in 0..whole.len() {
            let (length, place) = last(size);
            assert_eq!(length, whole.len() - 1);
            assert!(place[size..].iter().all(|byte| *byte == 0xff), "{size}");
            if size > 0 {
                assert_eq!((&place[..size - 1], place[size - 1]), (&whole[..size - 1], 0));
            }
        }
        // SAFETY: nothing is written.
        assert_eq!(unsafe { sandbox2_last_error(core::ptr::null_mut(), 100) }, whole.len() - 1);
    }

    #[test]
    fn every_code_has_a_sentence_of_its_own() {
        let text = |code| {
            let message = sandbox2_error_message(code);
            // SAFETY: what this function gives ends with a zero and is never freed.
            unsafe { core::ffi::CStr::from_ptr(message) }.to_str().unwrap()
        };
        let sentences: std::collections::BTreeSet<_> = Code::ALL.into_iter().map(|code| text(code as c_int)).collect();
        assert_eq!(sentences.len(), Code::ALL.len());
        assert_eq!(text(0), "it was done");
        for code in [1, -19, c_int::MIN, c_int::MAX] {
            assert_eq!(text(code), "this is no code of sandbox2");
        }
    }

    #[test]
    fn another_threads_error_is_not_ones_own() {
        assert_eq!(code(Err(Failure::Argument("a"))), Code::Argument as c_int);
        let other = std::thread::spawn(|| last(10).0).join().unwrap();
        assert_eq!((other, last(10).0), (0, 1));
    }
}
