//! The hostile other side of a channel: what it can do to a stream.

use std::io::IoSlice;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use nix::sys::socket::{ControlMessage, MsgFlags, Shutdown, UnixCredentials, sendmsg, setsockopt, shutdown, sockopt};

use crate::memory::Memory;
use crate::script::Script;

/// How much a peer can send before anyone reads.
const ROOM: usize = 4 << 20;

const CREDENTIALS: u32 = 0x8000_0202;
const UPGRADE: u32 = 0x8000_0203;
const ALONG: u32 = 0x8000_0207;

/// The tags that a receiver knows, and some that it does not.
const TAGS: [u32; 20] = [
    0x8000_0001,
    0x8000_0002,
    0x8000_0003,
    0x8000_0004,
    0x8000_0005,
    0x8000_0006,
    0x8000_0007,
    0x8000_0008,
    0x8000_0009,
    0x8000_0100,
    0x8000_0101,
    0x8000_0103,
    0x8000_0104,
    0x8000_0201,
    0x8000_0202,
    0x8000_0203,
    0x8000_0204,
    0x8000_0206,
    0x8000_0207,
    7,
];

/// One end of a pair of stream sockets, and what it has to give.
#[derive(Debug)]
pub struct Peer {
    socket: Option<UnixStream>,
    gift: OwnedFd,
    memory: Option<Memory>,
    /// How many bytes went.
    pub sent: usize,
    /// How many bytes it has made itself, to send them.
    pub made: usize,
}

impl Peer {
    /// A peer, and the end of its victim.
    ///
    /// # Panics
    /// If there can be no sockets.
    #[must_use]
    pub fn new() -> (Peer, UnixStream) {
        let (socket, victim) = UnixStream::pair().expect("a pair can be had");
        // Root may have more; whoever may not sends less.
        let _ = setsockopt(&socket, sockopt::SndBufForce, &ROOM);
        let gift = std::fs::File::open("/dev/null").expect("/dev/null is there").into();
        (Peer { socket: Some(socket), gift, memory: None, sent: 0, made: 0 }, victim)
    }

    /// How many kinds of steps there are.
    pub const STEPS: u8 = 14;

    /// Does what step `kind` of a script says.
    pub fn step(&mut self, kind: u8, script: &mut Script<'_>) {
        match kind {
            0 => {
                let descriptors = script.descriptors();
                self.send(script.bytes(), descriptors, MsgFlags::empty());
            }
            1 => {
                let header = [&tag(script).to_le_bytes()[..], &script.word().to_le_bytes(), &[script.byte(), 0, 0, 0]];
                let descriptors = script.descriptors();
                self.send(&header.concat(), descriptors, MsgFlags::empty());
            }
            2 => self.message(script),
            3 => self.large(script),
            4 => self.send(&[script.byte()], 0, MsgFlags::MSG_OOB),
            5 => self.credentials(script.bytes()),
            6 => {
                if let Some(socket) = &self.socket {
                    // It fails if that was done before.
                    let _ = shutdown(socket.as_raw_fd(), Shutdown::Write);
                }
            }
            7 => self.socket = None,
            8 => self.bytewise(script),
            9 => self.offer(script),
            10 => self.memory = self.socket.as_ref().and_then(Memory::take),
            11 => self.through_memory(script),
            12 => {
                if let Some(memory) = &mut self.memory {
                    memory.scribble(script);
                }
            }
            _ => {
                if let Some(memory) = &mut self.memory {
                    memory.overwrite(script);
                }
            }
        }
    }

    /// A message as it should be, with any bytes.
    fn message(&mut self, script: &mut Script<'_>) {
        let tag = tag(script);
        let descriptors = script.descriptors();
        let bytes = script.bytes();
        self.whole(tag, bytes, descriptors);
    }

    /// A message that is larger than a script.
    fn large(&mut self, script: &mut Script<'_>) {
        let tag = tag(script);
        let length = usize::from(script.byte()) << (script.byte() % 14);
        let descriptors = script.descriptors();
        self.whole(tag, &vec![b'x'; length], descriptors);
    }

    /// Bytes, each sent by itself, with a descriptor now and then.
    fn bytewise(&mut self, script: &mut Script<'_>) {
        let with = script.byte();
        for (index, byte) in script.bytes().iter().enumerate() {
            self.send(&[*byte], usize::from(with >> (index % 8) & 1), MsgFlags::empty());
        }
    }

    /// Offers shared memory.
    pub fn offer(&mut self, script: &mut Script<'_>) {
        let Some((memory, request)) = Memory::offer(script) else { return };
        let message = message(UPGRADE, &request, 1);
        self.send_numbers(&message, &[memory.descriptor()], MsgFlags::empty());
        self.memory = Some(memory);
    }

    /// A message through the memory, and what comes along with it by the socket.
    fn through_memory(&mut self, script: &mut Script<'_>) {
        let (tag, descriptors) = (tag(script), script.descriptors());
        let bytes = message(tag, script.bytes(), descriptors);
        if descriptors > 0 || tag == CREDENTIALS {
            self.whole(ALONG, &[], descriptors);
        }
        if let Some(memory) = &mut self.memory {
            self.sent += memory.write(&bytes);
        }
    }

    fn whole(&mut self, tag: u32, bytes: &[u8], descriptors: usize) {
        let message = message(tag, bytes, descriptors);
        self.made += bytes.len() + message.len();
        self.send(&message, descriptors, MsgFlags::empty());
    }

    fn send(&mut self, bytes: &[u8], descriptors: usize, flags: MsgFlags) {
        self.send_numbers(bytes, &vec![self.gift.as_raw_fd(); descriptors], flags);
    }

    /// Sends what fits.
    fn send_numbers(&mut self, bytes: &[u8], numbers: &[RawFd], flags: MsgFlags) {
        let Some(socket) = &self.socket else { return };
        let rights = [ControlMessage::ScmRights(numbers)];
        let control = if numbers.is_empty() { &[] } else { &rights[..] };
        let flags = flags | MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        self.sent += sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(bytes)], control, flags, None).unwrap_or(0);
    }

    /// Sends bytes with credentials, and a descriptor in the same breath.
    fn credentials(&mut self, bytes: &[u8]) {
        let Some(socket) = &self.socket else { return };
        let own = UnixCredentials::new();
        let numbers = [self.gift.as_raw_fd()];
        let control = [ControlMessage::ScmCredentials(&own), ControlMessage::ScmRights(&numbers)];
        let control = if bytes.len().is_multiple_of(2) { &control[..1] } else { &control[..] };
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        self.sent += sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(bytes)], control, flags, None).unwrap_or(0);
    }
}

/// A message as it should be.
fn message(tag: u32, bytes: &[u8], descriptors: usize) -> Vec<u8> {
    let length = (bytes.len() as u32).to_le_bytes();
    [&tag.to_le_bytes()[..], &length, &[descriptors as u8, 0, 0, 0], bytes].concat()
}

fn tag(script: &mut Script<'_>) -> u32 {
    TAGS[usize::from(script.byte()) % TAGS.len()]
}
