//! The functions as C sees them: null pointers, lengths that cannot be, who owns what, and hostile other sides.

use std::ffi::{c_char, c_int};
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::ptr::{null, null_mut};

use sandbox2_client_c::*;

const OK: c_int = 0;
const ARGUMENT: c_int = Code::Argument as c_int;

/// A channel, and the bare socket of a hostile other side.
fn hostile() -> (*mut Comms, UnixStream) {
    let (ours, theirs) = UnixStream::pair().expect("a pair can be had");
    let mut comms = null_mut();
    // SAFETY: the socket is given away, and there is a place.
    assert_eq!(unsafe { sandbox2_comms_new(ours.into_raw_fd(), &raw mut comms) }, OK);
    // SAFETY: the handle has just been made.
    assert_eq!(unsafe { sandbox2_comms_set_timeout(comms, 5000) }, OK);
    (comms, theirs)
}

fn free(comms: *mut Comms) {
    // SAFETY: it is not used any more.
    unsafe { sandbox2_comms_free(comms) };
}

/// Whether all copies of the other end are closed.
fn closed(mut end: UnixStream) -> bool {
    end.set_nonblocking(true).expect("a socket can be");
    end.read(&mut [0]).is_ok_and(|count| count == 0)
}

/// Calls each of the expressions, all of which must say that an argument cannot be.
macro_rules! refuse {
    ($($call:expr;)*) => {
        $(
            // SAFETY: nothing but null pointers and numbers is given, or handles and places that are there.
            assert_eq!(unsafe { $call }, ARGUMENT, stringify!($call));
        )*
    };
}

/// Calls each of the functions, for which null is nothing.
macro_rules! nothing {
    ($($name:ident($($argument:expr),*);)*) => {
        $(
            // SAFETY: they take null.
            unsafe { $name($($argument),*) };
        )*
    };
    ($($name:ident($($argument:expr),*) == $value:expr;)*) => {
        $(
            // SAFETY: they take null.
            assert_eq!(unsafe { $name($($argument),*) }, $value);
        )*
    };
}

#[test]
fn null_pointers_are_errors_and_take_nothing_from_the_channel() {
    let (comms, mut theirs) = hostile();
    let nobody = null_mut::<Comms>();
    let (mut byte, mut length, mut message) = (0_u8, 0_usize, null_mut::<Message>());
    let (mut other, mut listener) = (null_mut::<Comms>(), null_mut::<Listener>());
    refuse! {
        sandbox2_comms_send_u8(nobody, 1);
        sandbox2_comms_send_bool(nobody, true);
        sandbox2_comms_send_barrier(nobody);
        sandbox2_comms_send_credentials(nobody);
        sandbox2_comms_send_text(nobody, c"a".as_ptr(), 1);
        sandbox2_comms_send_text(comms, null(), 1);
        sandbox2_comms_send_bytes(comms, null(), 1);
        sandbox2_comms_send_bytes(comms, &raw const byte, usize::MAX);
        sandbox2_comms_send_descriptor(comms, -1);
        sandbox2_comms_send(comms, 1, null(), 1, null(), 0);
        sandbox2_comms_send(comms, 1, null(), 0, null(), 1);
        sandbox2_comms_send(comms, 1, null(), 0, [0].as_ptr(), usize::MAX / 4);
        sandbox2_comms_send(comms, 1, null(), 0, [-1].as_ptr(), 1);
        sandbox2_comms_send_status(comms, 0, null(), 1);
        sandbox2_comms_receive_u8(nobody, &raw mut byte);
        sandbox2_comms_receive_u8(comms, null_mut());
        sandbox2_comms_receive_i64(comms, null_mut());
        sandbox2_comms_receive_bool(comms, null_mut());
        sandbox2_comms_receive_text(comms, null_mut());
        sandbox2_comms_receive_bytes(comms, null_mut());
        sandbox2_comms_receive_bytes_into(comms, null_mut(), 1, &raw mut length);
        sandbox2_comms_receive_bytes_into(comms, &raw mut byte, 1, null_mut());
        sandbox2_comms_receive_bytes_into(comms, &raw mut byte, usize::MAX, &raw mut length);
        sandbox2_comms_receive_descriptor(comms, null_mut());
        sandbox2_comms_receive_barrier(nobody);
        sandbox2_comms_receive_status(comms, null_mut(), &raw mut message);
        sandbox2_comms_receive_credentials(comms, null_mut());
        sandbox2_comms_receive(comms, null_mut());
        sandbox2_comms_exchange(comms, 1, null(), 0, null_mut());
        sandbox2_comms_exchange(comms, 1, null(), 1, &raw mut message);
        sandbox2_comms_peer(comms, null_mut());
        sandbox2_comms_pair(null_mut(), null_mut());
        sandbox2_comms_set_timeout(nobody, 1);
        sandbox2_comms_set_max_message(nobody, 1);
        sandbox2_comms_terminate(nobody);
        sandbox2_comms_descriptor(nobody);
        sandbox2_comms_expect_credentials(nobody);
        sandbox2_comms_upgrade_to_shared_memory(nobody, 0);
        sandbox2_comms_accept_shared_memory(nobody);
        sandbox2_comms_connect(null(), 0, &raw mut other);
        sandbox2_comms_connect(c"nowhere".as_ptr(), 0, null_mut());
        sandbox2_comms_connect_abstract(null(), 1, 0, &raw mut other);
        sandbox2_listener_bind(null(), &raw mut listener);
        sandbox2_listener_bind(c"nowhere".as_ptr(), null_mut());
        sandbox2_listener_bind_abstract(null(), 1, &raw mut listener);
        sandbox2_listener_accept(null(), 0, &raw mut other);
        sandbox2_listener_descriptor(null());
        sandbox2_message_take_descriptor(null_mut(), 0, null_mut());
        sandbox2_buffer_new(1, null(), null_mut());
        sandbox2_buffer_from_bytes(null(), 1, null_mut());
        sandbox2_buffer_expand(null_mut(), 1);
        sandbox2_buffer_read_at(null(), 0, &raw mut byte, 1);
        sandbox2_buffer_write_at(null_mut(), 0, &raw const byte, 1);
        sandbox2_buffer_fill(null_mut(), 0, 1, 1);
        sandbox2_buffer_load_u8(null(), 0, &raw mut byte);
        sandbox2_buffer_store_u64(null_mut(), 0, 1);
        sandbox2_buffer_seal_size(null_mut());
        sandbox2_buffer_seal_writes(null_mut());
        sandbox2_buffer_descriptor(null());
        sandbox2_client_new(null_mut());
        sandbox2_client_comms(null_mut(), null_mut());
        sandbox2_client_descriptor(null_mut(), null(), null_mut());
        sandbox2_client_logger(null_mut(), null_mut());
        sandbox2_client_sandbox_me_here(null_mut());
        sandbox2_forking_client_new(null_mut());
        sandbox2_forking_client_keep_descriptor(null_mut(), 1);
        sandbox2_wait_and_fork(null_mut(), null_mut());
        sandbox2_enter_fork_loop(null_mut(), null_mut());
        sandbox2_logger_new(-1, null_mut());
        sandbox2_log(null(), 1, null(), null(), 0, null(), 0);
    }
    nothing! {
        sandbox2_comms_free(null_mut());
        sandbox2_message_free(null_mut());
        sandbox2_buffer_free(null_mut());
        sandbox2_client_free(null_mut());
        sandbox2_forking_client_free(null_mut());
        sandbox2_logger_free(null_mut());
        sandbox2_listener_free(null_mut());
    }
    nothing! {
        sandbox2_message_tag(null()) == 0;
        sandbox2_message_descriptor_count(null()) == 0;
        sandbox2_message_bytes(null(), &raw mut length) == null();
        sandbox2_message_bytes(null(), null_mut()) == null();
        sandbox2_buffer_data(null()) == null_mut();
        sandbox2_buffer_size(null()) == 0;
        sandbox2_buffer_is_read_only(null()) == true;
        sandbox2_client_has_descriptor(null(), null()) == false;
        sandbox2_comms_is_shared(null()) == false;
    }
    assert_eq!(length, 0);
    theirs.set_nonblocking(true).unwrap();
    assert!(theirs.read(&mut [0]).is_err(), "something was sent");
    free(comms);
    assert!(closed(theirs));
}

#[test]
fn a_descriptor_that_is_taken_is_closed_also_when_nothing_comes_of_it() {
    let given = || {
        let (ours, theirs) = UnixStream::pair().unwrap();
        (ours.into_raw_fd(), theirs)
    };
    let (ours, theirs) = given();
    refuse! { sandbox2_comms_new(ours, null_mut()); }
    assert!(closed(theirs));
    let (ours, theirs) = given();
    refuse! { sandbox2_logger_new(ours, null_mut()); }
    assert!(closed(theirs));
    let (ours, theirs) = given();
    refuse! { sandbox2_buffer_from_descriptor(ours, 10, null_mut()); }
    assert!(closed(theirs));
    let (ours, theirs) = given();
    let mut buffer = null_mut();
    // SAFETY: the descriptor is given away, and there is a place.
    let made = unsafe { sandbox2_buffer_from_descriptor(ours, 10, &raw mut buffer) };
    assert_eq!((made, buffer), (Code::NotMemory as c_int, null_mut()));
    assert!(closed(theirs));
}

#[test]
fn a_buffer_is_made_of_as_much_of_a_descriptor_as_is_asked_for() {
    let (mut whole, mut part) = (null_mut(), null_mut());
    let bytes = b"twelve bytes";
    // SAFETY: so many bytes are there, and there is a place.
    assert_eq!(unsafe { sandbox2_buffer_from_bytes(bytes.as_ptr(), bytes.len(), &raw mut whole) }, OK);
    let copy = || {
        // SAFETY: the handle has just been made.
        let number = unsafe { sandbox2_buffer_descriptor(whole) };
        // SAFETY: it is the buffer's, and open.
        let descriptor = unsafe { std::os::fd::BorrowedFd::borrow_raw(number) };
        descriptor.try_clone_to_owned().expect("there are descriptors").into_raw_fd()
    };
    for (size, expected) in [(6, OK), (12, OK), (13, Code::NotMemory as c_int), (usize::MAX, Code::TooLarge as c_int)] {
        // SAFETY: the descriptor is given away, and there is a place.
        let made = unsafe { sandbox2_buffer_from_descriptor_with_size(copy(), size, &raw mut part) };
        assert_eq!(made, expected, "{size}");
        if made == OK {
            // SAFETY: the handle has just been made.
            assert_eq!(unsafe { sandbox2_buffer_size(part) }, size);
            // SAFETY: it is not used any more.
            unsafe { sandbox2_buffer_free(part) };
        }
    }
    // SAFETY: the descriptor is given away, and there is a place.
    let made = unsafe { sandbox2_buffer_from_descriptor(copy(), 11, &raw mut part) };
    assert_eq!(made, Code::TooLarge as c_int);
    // SAFETY: it is not used any more.
    unsafe { sandbox2_buffer_free(whole) };

    // A file is none of those, unless somebody trusts whoever can make it smaller.
    let file = || std::fs::File::open(env!("CARGO_MANIFEST_DIR").to_owned() + "/Cargo.toml").expect("it is there");
    // SAFETY: the descriptor is given away, and there is a place.
    let made = unsafe { sandbox2_buffer_from_descriptor_read_only(file().into_raw_fd(), &raw mut part) };
    assert_eq!(made, Code::NotMemory as c_int);
    // SAFETY: the descriptor is given away, and there is a place.
    let made = unsafe { sandbox2_buffer_danger_from_descriptor_unsealed(file().into_raw_fd(), 9, &raw mut part) };
    // It was opened to be read only.
    assert_eq!(made, Code::ReadOnly as c_int);
}

#[test]
fn a_message_closes_the_descriptors_that_were_not_taken_from_it() {
    let (mut one, mut other) = (null_mut(), null_mut());
    // SAFETY: there are places.
    assert_eq!(unsafe { sandbox2_comms_pair(&raw mut one, &raw mut other) }, OK);
    let (left, left_end) = UnixStream::pair().unwrap();
    let (taken, taken_end) = UnixStream::pair().unwrap();
    let numbers = [left.as_raw_fd(), taken.as_raw_fd()];
    // SAFETY: two descriptors are there, and open.
    assert_eq!(unsafe { sandbox2_comms_send(one, 5, null(), 0, numbers.as_ptr(), 2) }, OK);
    drop((left, taken));
    let (mut message, mut number) = (null_mut(), -1);
    // SAFETY: there is a place.
    assert_eq!(unsafe { sandbox2_comms_receive(other, &raw mut message) }, OK);
    // SAFETY: the message has just come, and there is a place.
    assert_eq!(unsafe { sandbox2_message_take_descriptor(message, 1, &raw mut number) }, OK);
    // SAFETY: it is not used any more.
    unsafe { sandbox2_message_free(message) };
    assert!(closed(left_end));
    // SAFETY: it is ours now.
    let taken = unsafe { OwnedFd::from_raw_fd(number) };
    taken_end.set_nonblocking(true).unwrap();
    assert!((&taken_end).read(&mut [0]).is_err(), "it is open");
    drop(taken);
    assert!(closed(taken_end));
    free(one);
    free(other);
}

#[test]
fn what_the_other_side_makes_up_ends_in_an_error_and_stores_nothing() {
    /// A header with that tag, length and count of descriptors, and a zero that may be none.
    fn header(tag: u32, length: u32, descriptors: u8, zero: u8) -> Vec<u8> {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(length.to_le_bytes());
        bytes.extend([descriptors, zero, 0, 0]);
        bytes
    }
    let texts = [
        (header(0x8000_0007, 5, 0, 0), Code::Malformed),
        (header(0x8000_0007, 4, 0, 1), Code::Malformed),
        (header(0x8000_0007, u32::MAX, 0, 0), Code::TooLarge),
        (header(0x8000_0007, 4, 1, 0), Code::Malformed),
        (header(0x8000_0007, 4, 0, 0), Code::Closed),
        (vec![7, 0, 0], Code::Closed),
        (Vec::new(), Code::Closed),
        ([header(0x8000_0006, 1, 0, 0), vec![1]].concat(), Code::Mismatch),
    ];
    for (bytes, expected) in texts {
        let (comms, mut theirs) = hostile();
        theirs.write_all(&bytes).unwrap();
        drop(theirs);
        let mut number = 0xdead_beef;
        // SAFETY: the handle is ours, and there is a place.
        let result = unsafe { sandbox2_comms_receive_u32(comms, &raw mut number) };
        assert_eq!((result, number), (expected as c_int, 0xdead_beef), "{bytes:x?}");
        free(comms);
    }
    // No text, and no truth value.
    let bytes = [header(0x8000_0100, 1, 0, 0), vec![0xff], header(0x8000_0001, 1, 0, 0), vec![2]].concat();
    let (comms, mut theirs) = hostile();
    theirs.write_all(&bytes).unwrap();
    let mut text = null_mut();
    // SAFETY: the handle is ours, and there is a place.
    let result = unsafe { sandbox2_comms_receive_text(comms, &raw mut text) };
    assert_eq!((result, text), (Code::Malformed as c_int, null_mut()));
    let mut value = true;
    // SAFETY: the handle is ours, and there is a place.
    assert_eq!(unsafe { sandbox2_comms_receive_bool(comms, &raw mut value) }, Code::Malformed as c_int);
    let mut details = [0 as c_char; 100];
    // SAFETY: so many bytes are there.
    let length = unsafe { sandbox2_last_error(details.as_mut_ptr(), details.len()) };
    let said: Vec<u8> = details[..length].iter().map(|byte| byte.cast_unsigned()).collect();
    assert!(String::from_utf8(said).unwrap().contains("a truth value is 0 or 1"));
    free(comms);
}

#[test]
fn whoever_knows_an_address_gets_a_channel() {
    let path = std::env::temp_dir().join(format!("sandbox2-c-listener-{}", std::process::id()));
    let at = std::ffi::CString::new(path.to_str().expect("it is text")).expect("no zero in it");
    let name = format!("sandbox2-c-{}", std::process::id());
    let (mut file, mut without) = (null_mut(), null_mut());
    // SAFETY: a path that ends with a zero, and a place.
    assert_eq!(unsafe { sandbox2_listener_bind(at.as_ptr(), &raw mut file) }, OK);
    // SAFETY: so many bytes are there, and a place.
    assert_eq!(unsafe { sandbox2_listener_bind_abstract(name.as_ptr(), name.len(), &raw mut without) }, OK);
    // SAFETY: as before; it is taken.
    let taken = unsafe { sandbox2_listener_bind(at.as_ptr(), &raw mut file) };
    assert_eq!((taken, sandbox2_last_errno()), (Code::System as c_int, libc::EADDRINUSE));
    for (listener, by_path) in [(file, true), (without, false)] {
        let (mut ours, mut theirs, mut number) = (null_mut(), null_mut(), 0);
        // SAFETY: the handle is ours, and there is a place.
        let early = unsafe { sandbox2_listener_accept(listener, 0, &raw mut theirs) };
        assert_eq!((early, theirs), (Code::TimedOut as c_int, null_mut()));
        let connected = if by_path {
            // SAFETY: a path that ends with a zero, and a place.
            unsafe { sandbox2_comms_connect(at.as_ptr(), 5000, &raw mut ours) }
        } else {
            // SAFETY: so many bytes are there, and a place.
            unsafe { sandbox2_comms_connect_abstract(name.as_ptr(), name.len(), 5000, &raw mut ours) }
        };
        assert_eq!(connected, OK);
        // SAFETY: the handle is ours, and there is a place.
        assert_eq!(unsafe { sandbox2_listener_accept(listener, 5000, &raw mut theirs) }, OK);
        // SAFETY: the handle is ours.
        assert_eq!(unsafe { sandbox2_comms_send_u32(ours, 7) }, OK);
        // SAFETY: the handle is ours, and there is a place.
        assert_eq!(unsafe { sandbox2_comms_receive_u32(theirs, &raw mut number) }, OK);
        assert_eq!(number, 7);
        free(ours);
        free(theirs);
        // SAFETY: it is not used any more.
        unsafe { sandbox2_listener_free(listener) };
    }
    assert!(!path.exists());
    let mut nobody = null_mut();
    // SAFETY: a path that ends with a zero, and a place.
    let connected = unsafe { sandbox2_comms_connect(at.as_ptr(), 5000, &raw mut nobody) };
    assert_eq!((connected, sandbox2_last_errno()), (Code::System as c_int, libc::ENOENT));
}

#[test]
fn a_program_that_sandbox2_did_not_start_is_told_so() {
    let (mut client, mut server) = (null_mut(), null_mut());
    assert!(!sandbox2_am_i_sandboxed());
    // SAFETY: there is a place.
    assert_eq!(unsafe { sandbox2_client_new(&raw mut client) }, Code::Environment as c_int);
    // SAFETY: there is a place.
    assert_eq!(unsafe { sandbox2_forking_client_new(&raw mut server) }, Code::Environment as c_int);
    assert!(client.is_null() && server.is_null());
}
