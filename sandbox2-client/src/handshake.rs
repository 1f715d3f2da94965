//! How a program asks its host for its policy, version 1.
//!
//! A pair of packet sockets (`SOCK_SEQPACKET`), one message each way, little-endian:
//!
//! | from the program | bytes |
//! |---|---|
//! | `s2hi` | 4 |
//! | the version | 2 |
//! | zero | 2 |
//! | the address of a word of 32 bits in its memory | 8 |
//!
//! | from the host | bytes |
//! |---|---|
//! | `s2po`, `s2pt` if the host traces it, or `s2no` if the host does not speak that version | 4 |
//! | its version | 2 |
//! | zero | 2 |
//! | how many instructions follow | 4 |
//! | the filter: for each instruction code (2), jt (1), jf (1), k (4) | |
//!
//! Then the program closes the socket and installs the filter, for all of its threads, with a listener. It leaves the listener's number
//! plus one in the word, or the negative error number, and closes the listener by `close(number, MAGIC)`. The filter notifies of a `close`
//! with that second argument, which the kernel ignores, so that the program waits there until the host has read the word, taken the
//! listener out of the process (`pidfd_getfd`) and let the call pass. From then on the host alone has it.
//!
//! A host that traces has attached to all threads of the program before it answers `s2pt`. Then the filter is installed without a listener,
//! and the last call is `close(-1, MAGIC)`, which stops for the tracer and fails. A program that does not know this answer installs nothing
//! and ends.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

use crate::error::{Error, Result};
use crate::packet;
use crate::sys::process;

/// This version.
pub const VERSION: u16 = 1;

/// The second argument of the `close` that gives the listener up.
pub const MAGIC: u64 = 0x5342_325f_6c69_7374;

/// The most instructions of a filter: the kernel's own bound (`BPF_MAXINSNS`).
pub const MAX_INSTRUCTIONS: usize = 4096;

/// The length of a program's message.
pub const HELLO: usize = 16;

/// The length of a host's message before the instructions.
pub const HEAD: usize = 12;

/// One instruction: code, jt, jf, k.
pub type Instruction = (u16, u8, u8, u32);

/// What a program asks with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The version that it speaks.
    pub version: u16,
    /// Where it will say how it went.
    pub word: u64,
}

impl Hello {
    /// The message.
    #[must_use]
    pub fn encode(self) -> [u8; HELLO] {
        let mut bytes = [0; HELLO];
        bytes[..4].copy_from_slice(b"s2hi");
        bytes[4..6].copy_from_slice(&self.version.to_le_bytes());
        bytes[8..].copy_from_slice(&self.word.to_le_bytes());
        bytes
    }

    /// Reads a message; `None` if it is none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Hello> {
        let bytes: &[u8; HELLO] = bytes.try_into().ok()?;
        let [b's', b'2', b'h', b'i', v, w, 0, 0, word @ ..] = *bytes else { return None };
        Some(Hello { version: u16::from_le_bytes([v, w]), word: u64::from_le_bytes(word) })
    }
}

/// What a host answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The filter to install.
    Policy(Vec<Instruction>),
    /// The filter to install without a listener, since the host traces the program.
    Traced(Vec<Instruction>),
    /// It speaks that version only.
    Version(u16),
}

impl Answer {
    /// The message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (word, version, instructions) = match self {
            Answer::Policy(instructions) => (b"s2po", VERSION, instructions.as_slice()),
            Answer::Traced(instructions) => (b"s2pt", VERSION, instructions.as_slice()),
            Answer::Version(version) => (b"s2no", *version, &[][..]),
        };
        let mut bytes = Vec::with_capacity(HEAD + instructions.len() * 8);
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(&version.to_le_bytes());
        bytes.extend_from_slice(&[0; 2]);
        bytes.extend_from_slice(&(instructions.len() as u32).to_le_bytes());
        for (code, jt, jf, k) in instructions {
            bytes.extend_from_slice(&code.to_le_bytes());
            bytes.extend_from_slice(&[*jt, *jf]);
            bytes.extend_from_slice(&k.to_le_bytes());
        }
        bytes
    }

    /// Reads a message; `None` if it is none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Answer> {
        let (head, body) = bytes.split_first_chunk::<HEAD>()?;
        let [b's', b'2', a, b, v, w, 0, 0, count @ ..] = *head else { return None };
        let (version, count) = (u16::from_le_bytes([v, w]), u32::from_le_bytes(count) as usize);
        match [a, b] {
            [b'n', b'o'] if count == 0 && body.is_empty() => Some(Answer::Version(version)),
            [b'p', kind @ (b'o' | b't')]
                if version == VERSION && count <= MAX_INSTRUCTIONS && body.len() == count * 8 =>
            {
                let instructions = body.as_chunks().0.iter().map(instruction).collect();
                Some(if kind == b't' { Answer::Traced(instructions) } else { Answer::Policy(instructions) })
            }
            _ => None,
        }
    }
}

fn instruction(bytes: &[u8; 8]) -> Instruction {
    let [a, b, jt, jf, k @ ..] = *bytes;
    (u16::from_le_bytes([a, b]), jt, jf, u32::from_le_bytes(k))
}

/// The longest message.
pub const MAX_MESSAGE: usize = HEAD + MAX_INSTRUCTIONS * 8;

/// Where this process says how it went; the host reads it.
static WORD: AtomicI32 = AtomicI32::new(0);

/// The program's part. It consumes the socket: whatever happens, it can be asked once.
pub(crate) fn sandbox_me_here(control: OwnedFd) -> Result<()> {
    WORD.store(0, SeqCst);
    let hello = Hello { version: VERSION, word: WORD.as_ptr().expose_provenance() as u64 };
    let failed = |what| move |errno| Error::System { what, errno };
    let broken = |what| move |error: std::io::Error| failed(what)(error.raw_os_error().unwrap_or(libc::EIO));
    packet::send(control.as_fd(), &hello.encode(), &[], true).map_err(broken("asking for the policy"))?;
    let mut bytes = vec![0; MAX_MESSAGE];
    let received = packet::receive(control.as_fd(), &mut bytes, 0, true);
    let (length, _) = received.map_err(broken("receiving the policy"))?;
    let (instructions, traced) = match bytes.get(..length).and_then(Answer::decode) {
        Some(Answer::Policy(instructions)) => (instructions, false),
        Some(Answer::Traced(instructions)) => (instructions, true),
        Some(Answer::Version(host)) => return Err(Error::Version { host, client: VERSION }),
        None if length == 0 => return Err(Error::Closed),
        None => return Err(Error::Malformed("the host's answer is no policy")),
    };
    drop((control, bytes));
    let installed = process::no_new_privileges().and_then(|()| process::install_filter(&instructions, traced));
    // As the filter's own: giving memory back may be a call that the policy forbids.
    core::mem::forget(instructions);
    match installed {
        Ok(listener) => {
            // No call but the last one is made from here on: the policy may forbid it.
            WORD.store(listener + 1, SeqCst);
            match process::close_listener(listener, MAGIC) {
                // There is none to close; the tracer has taken note.
                Err(libc::EBADF) if traced => Ok(()),
                closed => closed.map_err(failed("handing the listener over")),
            }
        }
        Err(errno) => {
            WORD.store(-errno, SeqCst);
            Err(Error::System { what: "installing the policy's filter", errno })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_is_these_bytes() {
        let hello = Hello { version: 1, word: 0x0102_0304_0506_0708 };
        assert_eq!(hello.encode(), *b"s2hi\x01\0\0\0\x08\x07\x06\x05\x04\x03\x02\x01");
        assert_eq!(Hello::decode(&hello.encode()), Some(hello));
        for bytes in [&b""[..], b"s2hi", b"s2hx\x01\0\0\0\x08\x07\x06\x05\x04\x03\x02\x01", &[b's'; 17]] {
            assert_eq!(Hello::decode(bytes), None);
        }
        assert_eq!(Hello::decode(b"s2hi\x01\0\x01\0\x08\x07\x06\x05\x04\x03\x02\x01"), None);
    }

    #[test]
    fn an_answer_is_these_bytes() {
        let policy = Answer::Policy(vec![(0x20, 0, 0, 4), (0x15, 1, 2, 0xc000_003e)]);
        let bytes = b"s2po\x01\0\0\0\x02\0\0\0\x20\0\0\0\x04\0\0\0\x15\0\x01\x02\x3e\0\0\xc0";
        assert_eq!(policy.encode(), bytes);
        assert_eq!(Answer::decode(bytes), Some(policy));
        let traced = Answer::Traced(vec![(6, 0, 0, 0x7fff_0000)]);
        assert_eq!(traced.encode(), b"s2pt\x01\0\0\0\x01\0\0\0\x06\0\0\0\0\0\xff\x7f");
        assert_eq!(Answer::decode(&traced.encode()), Some(traced));
        assert_eq!(Answer::Version(7).encode(), b"s2no\x07\0\0\0\0\0\0\0");
        assert_eq!(Answer::decode(b"s2no\x07\0\0\0\0\0\0\0"), Some(Answer::Version(7)));
    }

    #[test]
    fn a_wrong_answer_is_none() {
        let good = Answer::Policy(vec![(6, 0, 0, 0)]).encode();
        for length in 0..good.len() {
            assert_eq!(Answer::decode(&good[..length]), None);
        }
        assert_eq!(Answer::decode(&[&good[..], b"x"].concat()), None);
        assert_eq!(Answer::decode(b"s2po\x02\0\0\0\0\0\0\0"), None);
        let many = [&b"s2po\x01\0\0\0\x01\x10\0\0"[..], &[0; 4097 * 8]].concat();
        assert_eq!(Answer::decode(&many), None);
    }
}
