//! Recorded bytes: what docs/WIRE.md says of each kind of message, written and read.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;

use sandbox2_client::{Comms, Error, Receiver, Result, Sender, Status};

/// A kind of message: its bytes, how it is sent, and whether what is received of them is what was sent.
type Kind = (&'static str, &'static [u8], fn(&mut Sender) -> Result<()>, fn(&mut Receiver) -> bool);

const KINDS: &[Kind] = &[
    (
        "bool",
        b"\x01\0\0\x80\x01\0\0\0\0\0\0\0\x01",
        |sender| sender.send_bool(true),
        |receiver| receiver.receive_bool() == Ok(true),
    ),
    (
        "i8",
        b"\x02\0\0\x80\x01\0\0\0\0\0\0\0\xfe",
        |sender| sender.send_i8(-2),
        |receiver| receiver.receive_i8() == Ok(-2),
    ),
    (
        "u8",
        b"\x03\0\0\x80\x01\0\0\0\0\0\0\0\xfe",
        |sender| sender.send_u8(254),
        |receiver| receiver.receive_u8() == Ok(254),
    ),
    (
        "i16",
        b"\x04\0\0\x80\x02\0\0\0\0\0\0\0\xfe\xff",
        |sender| sender.send_i16(-2),
        |receiver| receiver.receive_i16() == Ok(-2),
    ),
    (
        "u16",
        b"\x05\0\0\x80\x02\0\0\0\0\0\0\0\x02\x01",
        |sender| sender.send_u16(0x0102),
        |receiver| receiver.receive_u16() == Ok(0x0102),
    ),
    (
        "i32",
        b"\x06\0\0\x80\x04\0\0\0\0\0\0\0\xfe\xff\xff\xff",
        |sender| sender.send_i32(-2),
        |receiver| receiver.receive_i32() == Ok(-2),
    ),
    (
        "u32",
        b"\x07\0\0\x80\x04\0\0\0\0\0\0\0\x04\x03\x02\x01",
        |sender| sender.send_u32(0x0102_0304),
        |receiver| receiver.receive_u32() == Ok(0x0102_0304),
    ),
    (
        "i64",
        b"\x08\0\0\x80\x08\0\0\0\0\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff",
        |sender| sender.send_i64(-2),
        |receiver| receiver.receive_i64() == Ok(-2),
    ),
    (
        "u64",
        b"\x09\0\0\x80\x08\0\0\0\0\0\0\0\x08\x07\x06\x05\x04\x03\x02\x01",
        |sender| sender.send_u64(0x0102_0304_0506_0708),
        |receiver| receiver.receive_u64() == Ok(0x0102_0304_0506_0708),
    ),
    (
        "text",
        b"\0\x01\0\x80\x05\0\0\0\0\0\0\0a\0\xe2\x82\xac",
        |sender| sender.send_text("a\0€"),
        |receiver| receiver.receive_text().is_ok_and(|text| text == "a\0€"),
    ),
    (
        "bytes",
        b"\x01\x01\0\x80\x02\0\0\0\0\0\0\0\xff\0",
        |sender| sender.send_bytes(&[255, 0]),
        |receiver| receiver.receive_bytes().is_ok_and(|bytes| bytes == [255, 0]),
    ),
    (
        "bytes, into a place",
        b"\x01\x01\0\x80\x02\0\0\0\0\0\0\0\xff\0",
        |sender| sender.send_bytes(&[255, 0]),
        |receiver| {
            let mut place = [7; 3];
            receiver.receive_bytes_into(&mut place) == Ok(2) && place == [255, 0, 7]
        },
    ),
    ("barrier", b"\x03\x01\0\x80\0\0\0\0\0\0\0\0", Sender::send_barrier, |receiver| {
        receiver.receive_barrier() == Ok(())
    }),
    (
        "status",
        b"\x04\x01\0\x80\x07\0\0\0\0\0\0\0\xfe\xff\xff\xffbad",
        |sender| sender.send_status(&Status { code: -2, message: "bad".to_owned() }),
        |receiver| receiver.receive_status() == Ok(Status { code: -2, message: "bad".to_owned() }),
    ),
    ("credentials that nobody asked for", b"\x02\x02\0\x80\0\0\0\0\0\0\0\0", Sender::send_credentials, |receiver| {
        matches!(receiver.receive_credentials(), Err(Error::System { errno: libc::ENODATA, .. }))
    }),
    (
        "a message of the user's own",
        b"\x04\x03\x02\x01\x03\0\0\0\0\0\0\0own",
        |sender| sender.send(0x0102_0304, b"own", &[]),
        |receiver| receiver.receive().is_ok_and(|message| (message.tag, &message.bytes[..]) == (0x0102_0304, b"own")),
    ),
];

fn channel() -> (Comms, UnixStream) {
    let (ours, theirs) = UnixStream::pair().expect("a pair can be had");
    (Comms::new(ours), theirs)
}

#[test]
fn what_is_sent_has_these_bytes() {
    for (name, bytes, send, _) in KINDS {
        let (comms, mut theirs) = channel();
        let (mut sender, receiver) = comms.split();
        send(&mut sender).unwrap();
        drop((sender, receiver));
        let mut sent = Vec::new();
        theirs.read_to_end(&mut sent).unwrap();
        assert_eq!(sent, *bytes, "{name}");
    }
}

#[test]
fn these_bytes_are_understood() {
    for (name, bytes, _, receive) in KINDS {
        let (comms, mut theirs) = channel();
        let (_sender, mut receiver) = comms.split();
        theirs.write_all(bytes).unwrap();
        assert!(receive(&mut receiver), "{name}");
        drop(theirs);
        assert_eq!(receiver.receive_u8(), Err(Error::Closed), "{name}: something is left");
    }
}

/// Each of them cut off anywhere is an error, and never a value.
#[test]
fn a_part_of_these_bytes_is_nothing() {
    for (name, bytes, _, receive) in KINDS {
        for length in 0..bytes.len() {
            let (comms, mut theirs) = channel();
            let (_sender, mut receiver) = comms.split();
            theirs.write_all(&bytes[..length]).unwrap();
            drop(theirs);
            assert!(!receive(&mut receiver), "{name}, {length} bytes");
        }
    }
}

/// All of them one after another, as one write: each is received as itself.
#[test]
fn frames_need_not_come_one_by_one() {
    let (comms, mut theirs) = channel();
    let (_sender, mut receiver) = comms.split();
    let all: Vec<u8> = KINDS.iter().flat_map(|(_, bytes, _, _)| bytes.iter().copied()).collect();
    theirs.write_all(&all).unwrap();
    for (name, _, _, receive) in KINDS {
        assert!(receive(&mut receiver), "{name}");
    }
    // And byte by byte.
    let writer = std::thread::spawn(move || all.iter().for_each(|byte| theirs.write_all(&[*byte]).unwrap()));
    for (name, _, _, receive) in KINDS {
        assert!(receive(&mut receiver), "{name}");
    }
    writer.join().unwrap();
}
