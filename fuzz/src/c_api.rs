//! The functions that C programs call, against a hostile peer: the same scripts as for `frame`.
//!
//! Holds as there; and what is stored for the caller is stored when a function says that it succeeded, and only then.

use core::ffi::{CStr, c_int};
use core::ptr::null_mut;
use std::os::fd::{FromRawFd, IntoRawFd, OwnedFd};

use sandbox2_client_c::*;

use crate::frame::{Verdict, Victim, goes_on, play};
use crate::measure;
use crate::peer::Peer;

/// Runs one input.
pub fn run(bytes: &[u8]) {
    measure::measured(|| play(bytes, C::new).may_take);
}

/// A channel of a C program.
#[derive(Debug)]
struct C(*mut Comms);

impl C {
    fn new(socket: OwnedFd, _: &mut Peer) -> C {
        let mut comms = null_mut();
        // SAFETY: the socket is given away, and there is a place.
        assert_eq!(unsafe { sandbox2_comms_new(socket.into_raw_fd(), &raw mut comms) }, 0);
        // SAFETY: the handle has just been made.
        assert_eq!(unsafe { sandbox2_comms_set_timeout(comms, 0) }, 0);
        C(comms)
    }

    /// A message, whose handle a function stores.
    fn message(&self, receive: unsafe extern "C" fn(*mut Comms, *mut *mut Message) -> c_int, is_text: bool) -> c_int {
        let mut message = null_mut();
        // SAFETY: the handle lives, and there is a place.
        let code = unsafe { receive(self.0, &raw mut message) };
        assert_eq!(code == 0, !message.is_null(), "{code}");
        look(message, is_text);
        code
    }

    fn bytes_into(&self, size: usize) -> c_int {
        let (mut place, mut length) = (vec![0xaa_u8; size + 8], usize::MAX);
        // SAFETY: the handle lives; there is more room than is said.
        let code = unsafe { sandbox2_comms_receive_bytes_into(self.0, place.as_mut_ptr(), size, &raw mut length) };
        assert!(place[size..].iter().all(|byte| *byte == 0xaa), "bytes were written after the place");
        assert!(if code == 0 { length <= size } else { length == usize::MAX });
        code
    }

    fn descriptor(&self) -> c_int {
        let mut number = -1;
        // SAFETY: the handle lives, and there is a place.
        let code = unsafe { sandbox2_comms_receive_descriptor(self.0, &raw mut number) };
        assert_eq!(code == 0, number >= 0);
        if number >= 0 {
            // SAFETY: it was just received, and is this function's.
            drop(unsafe { OwnedFd::from_raw_fd(number) });
        }
        code
    }

    fn status(&self, wants_text: bool) -> c_int {
        let (mut status, mut text) = (0, null_mut());
        let place = if wants_text { &raw mut text } else { null_mut() };
        // SAFETY: the handle lives, and there are places.
        let code = unsafe { sandbox2_comms_receive_status(self.0, &raw mut status, place) };
        assert_eq!(code == 0 && wants_text, !text.is_null());
        look(text, true);
        code
    }

    fn exchange(&self, bytes: &[u8]) -> c_int {
        let mut message = null_mut();
        // SAFETY: the handle lives, there are as many bytes, and a place.
        let code = unsafe { sandbox2_comms_exchange(self.0, 7, bytes.as_ptr(), bytes.len(), &raw mut message) };
        assert_eq!(code == 0, !message.is_null());
        look(message, false);
        code
    }
}

/// Reads all of a message, takes its first descriptor, and frees it. Calls nothing that fails for null.
fn look(message: *mut Message, is_text: bool) {
    if message.is_null() {
        return;
    }
    let mut length = usize::MAX;
    // SAFETY: the handle lives, and there is a place.
    let bytes = unsafe { sandbox2_message_bytes(message, &raw mut length) };
    let whole = length + usize::from(is_text);
    assert!(!bytes.is_null());
    // SAFETY: so many bytes are there, says the header.
    let bytes = unsafe { core::slice::from_raw_parts(bytes, whole) };
    if is_text {
        assert!(std::str::from_utf8(bytes).is_ok() && bytes.last() == Some(&0));
    }
    core::hint::black_box(bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
    // SAFETY: the handle lives.
    let count = unsafe { sandbox2_message_descriptor_count(message) };
    for (index, there) in [(0, count > 0), (0, false), (count, false)] {
        let mut number = -1;
        // SAFETY: the handle lives, and there is a place.
        let code = unsafe { sandbox2_message_take_descriptor(message, index, &raw mut number) };
        assert_eq!((code == 0, number >= 0), (there, there));
        if there {
            // SAFETY: it was just taken, and is this function's.
            drop(unsafe { OwnedFd::from_raw_fd(number) });
        }
    }
    // SAFETY: it is not used any more.
    unsafe { sandbox2_message_free(message) };
}

/// Receives a value by a function that stores it.
macro_rules! value {
    ($function:ident, $comms:expr, $type:ty) => {{
        let mut value = <$type>::default();
        // SAFETY: the handle lives, and there is a place.
        unsafe { $function($comms, &raw mut value) }
    }};
}

impl Victim for C {
    const METHODS: u8 = 20;

    fn receive(&mut self, method: u8, size: usize) -> Verdict {
        let comms = self.0;
        let code = match method {
            0 => self.message(sandbox2_comms_receive, false),
            1 => value!(sandbox2_comms_receive_bool, comms, bool),
            2 => value!(sandbox2_comms_receive_i8, comms, i8),
            3 => value!(sandbox2_comms_receive_u8, comms, u8),
            4 => value!(sandbox2_comms_receive_i16, comms, i16),
            5 => value!(sandbox2_comms_receive_u16, comms, u16),
            6 => value!(sandbox2_comms_receive_i32, comms, i32),
            7 => value!(sandbox2_comms_receive_u32, comms, u32),
            8 => value!(sandbox2_comms_receive_i64, comms, i64),
            9 => value!(sandbox2_comms_receive_u64, comms, u64),
            10 => self.message(sandbox2_comms_receive_text, true),
            11 => self.message(sandbox2_comms_receive_bytes, false),
            12 => self.bytes_into(size),
            13 => self.descriptor(),
            // SAFETY: the handle lives.
            14 => unsafe { sandbox2_comms_receive_barrier(comms) },
            15 => self.status(size.is_multiple_of(2)),
            16 => value!(sandbox2_comms_receive_credentials, comms, Credentials),
            // SAFETY: the handle lives.
            17 | 18 => unsafe { sandbox2_comms_accept_shared_memory(comms) },
            // SAFETY: the handle lives.
            _ => unsafe { sandbox2_comms_upgrade_to_shared_memory(comms, size << 8) },
        };
        verdict(code)
    }

    fn send(&mut self, bytes: &[u8]) -> Verdict {
        if bytes.len() % 2 == 1 {
            return verdict(self.exchange(bytes));
        }
        // SAFETY: the handle lives, and there are as many bytes.
        verdict(unsafe { sandbox2_comms_send_bytes(self.0, bytes.as_ptr(), bytes.len()) })
    }

    fn set_most(&mut self, bytes: usize) {
        // SAFETY: the handle lives.
        assert_eq!(unsafe { sandbox2_comms_set_max_message(self.0, bytes) }, 0);
    }

    fn expect_credentials(&mut self) {
        // SAFETY: the handle lives. It fails if the channel is closed.
        unsafe { sandbox2_comms_expect_credentials(self.0) };
    }
}

impl Drop for C {
    fn drop(&mut self) {
        // SAFETY: it is not used any more.
        unsafe { sandbox2_comms_free(self.0) };
    }
}

/// What a code means; its text must be there and end.
fn verdict(code: c_int) -> Verdict {
    // SAFETY: what this function gives ends with a zero and is never freed.
    let text = unsafe { CStr::from_ptr(sandbox2_error_message(code)) };
    assert!(!text.is_empty());
    if code == 0 {
        return Verdict::Value;
    }
    let mut place = [0xff_u8; 256];
    // SAFETY: there is more room than is said.
    let length = unsafe { sandbox2_last_error(place.as_mut_ptr().cast(), 200) };
    assert!(length > 0 && place[200..].iter().all(|byte| *byte == 0xff));
    let last = CStr::from_bytes_until_nul(&place).expect("a text ends with a zero").to_string_lossy();
    match code {
        code if code == Code::Malformed as c_int && goes_on(&last) => Verdict::Other,
        code if code == Code::Closed as c_int => Verdict::Closed,
        code if code == Code::Malformed as c_int => Verdict::Broken,
        code => {
            assert!(code != Code::Argument as c_int && code != Code::Other as c_int, "{code}");
            Verdict::Other
        }
    }
}
