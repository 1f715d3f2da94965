//! Packets over a `SOCK_SEQPACKET` pair, which handshake and fork server use, from a hostile peer.
//!
//! Holds for every input: each call returns; what is received is what was sent, whole, with at most as many descriptors as were asked for;
//! all others are closed.

use std::collections::VecDeque;
use std::fs::File;
use std::io::IoSlice;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, UnixCredentials, sendmsg, socketpair,
};
use sandbox2_client::packet;

use crate::measure;
use crate::script::Script;

/// Runs one input.
///
/// # Panics
/// If something does not hold.
pub fn run(bytes: &[u8]) {
    measure::measured(|| {
        play(bytes);
        bytes.len() * 64 + (1 << 20)
    });
}

fn play(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let pair = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC);
    let (peer, victim) = pair.expect("a pair can be had");
    let gift: OwnedFd = File::open("/dev/null").expect("/dev/null is there").into();
    // What is on its way: bytes and descriptors.
    let mut sent: VecDeque<(&[u8], usize)> = VecDeque::new();
    while let Some(step) = script.step() {
        match step % 4 {
            0 | 1 => {
                let descriptors = script.descriptors();
                let content = script.bytes();
                if send(&peer, &gift, content, descriptors, step >= 128) {
                    sent.push_back((content, descriptors));
                }
            }
            2 => receive(&victim, usize::from(script.byte()), script.descriptors(), &mut sent),
            // The other way: to a peer that reads nothing.
            _ => drop(packet::send(victim.as_fd(), script.bytes(), &[gift.as_raw_fd()], false)),
        }
    }
    drop(peer);
    while !sent.is_empty() {
        receive(&victim, 64, 3, &mut sent);
    }
    let end = packet::receive(victim.as_fd(), &mut [0; 8], 0, false);
    // The kernel says so if something was never read on the other side.
    assert!(
        matches!(end, Ok((0, _))) || end.is_err_and(|error| error.raw_os_error() == Some(Errno::ECONNRESET as i32))
    );
}

fn send(peer: &OwnedFd, gift: &OwnedFd, bytes: &[u8], descriptors: usize, credentials: bool) -> bool {
    let numbers: Vec<RawFd> = vec![gift.as_raw_fd(); descriptors];
    let own = UnixCredentials::new();
    let mut control = Vec::new();
    if descriptors > 0 {
        control.push(ControlMessage::ScmRights(&numbers));
    }
    if credentials {
        control.push(ControlMessage::ScmCredentials(&own));
    }
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    sendmsg::<()>(peer.as_raw_fd(), &[IoSlice::new(bytes)], &control, flags, None).is_ok()
}

fn receive(victim: &OwnedFd, size: usize, most: usize, sent: &mut VecDeque<(&[u8], usize)>) {
    let mut place = vec![0; size];
    let received = packet::receive(victim.as_fd(), &mut place, most, false);
    match (received, sent.pop_front()) {
        (Ok((length, descriptors)), Some((bytes, count))) => {
            assert_eq!((place.get(..length), descriptors.len()), (Some(bytes), count));
            assert!(count <= most);
        }
        (Err(error), Some((bytes, count))) => {
            let errno = error.raw_os_error();
            let reset = errno == Some(Errno::ECONNRESET as i32);
            assert!(reset || errno == Some(Errno::EMSGSIZE as i32), "{error}");
            assert!(reset || count > most || bytes.len() > size, "a packet that fits is refused");
            if reset {
                sent.push_front((bytes, count));
            }
        }
        (Err(error), None) => assert_eq!(error.raw_os_error(), Some(Errno::EAGAIN as i32)),
        (Ok(_), None) => panic!("a packet came that nobody sent"),
    }
}
