//! What a host and a fork server tell each other, version 1.
//!
//! Packets (`SOCK_SEQPACKET`), little-endian. The fork server begins with `s2fs` and its version (2 bytes, then 2 of zero). Each request of
//! the host is:
//!
//! | | bytes |
//! |---|---|
//! | `s2fk` | 4 |
//! | the version | 2 |
//! | zero | 2 |
//! | the namespaces to enter, as flags of `setns` | 4 |
//! | how many descriptors are mapped | 2 |
//! | the length of the working directory; `0xffff`: none | 2 |
//! | the length of the introduction | 2 |
//! | zero | 6 |
//! | the numbers of the mapped descriptors | 4 each |
//! | the working directory; the introduction ([`Introduction`]'s text) | |
//!
//! With it come the descriptor of a process in those namespaces, a packet socket, another one, and the mapped descriptors. A child
//! begins with `s2ch` and the version on the second, whose other end learns from the kernel who sends it, and then does as in `handshake`. Over
//! the first go [records](Ended) of 16 bytes to the sandbox's init: that there is a child, or why there is none. Init is the child's parent;
//! the fork server keeps its end of that socket, so that the sandbox ends with it, until the sandbox has ended.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd, RawFd};

use crate::environment::Introduction;
use crate::error::{Error, Result};
use crate::packet;

/// This version.
pub const VERSION: u16 = 1;

/// The most descriptors that come with a request: the kernel's own bound.
pub const MAX_DESCRIPTORS: usize = 253;

/// The most descriptors that can be mapped.
pub const MAX_MAPPED: usize = MAX_DESCRIPTORS - 3;

/// The longest request.
pub const MAX_MESSAGE: usize = 64 * 1024;

const HEAD: usize = 24;
const NO_DIRECTORY: u16 = u16::MAX;

/// What a fork server begins with.
#[must_use]
pub fn ready() -> [u8; 8] {
    greeting(b"s2fs")
}

/// What a child begins with.
#[must_use]
pub fn born() -> [u8; 8] {
    greeting(b"s2ch")
}

fn greeting(word: &[u8; 4]) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(word);
    bytes[4..6].copy_from_slice(&VERSION.to_le_bytes());
    bytes
}

/// What a child is to be made of.
#[derive(Debug)]
pub struct ForkRequest {
    /// A process that is in the namespaces.
    pub namespaces: OwnedFd,
    /// Which of them.
    pub which: u32,
    /// Where to say what has become of it.
    pub status: OwnedFd,
    /// Where it asks for its policy.
    pub control: OwnedFd,
    /// The mapped descriptors and their numbers.
    pub descriptors: Vec<(OwnedFd, RawFd)>,
    /// What the child is told of them.
    pub introduction: Introduction,
    /// Its working directory.
    pub cwd: Option<CString>,
}

impl ForkRequest {
    /// The packet, but for its descriptors.
    ///
    /// # Errors
    /// `E2BIG` if it is more than a packet holds.
    pub fn encode(
        which: u32,
        numbers: &[RawFd],
        introduction: &Introduction,
        cwd: Option<&CString>,
    ) -> io::Result<Vec<u8>> {
        let large = |_| io::Error::from_raw_os_error(libc::E2BIG);
        let text = introduction.to_value();
        let dir = cwd.map_or(&[][..], |cwd| cwd.as_bytes());
        let mut bytes = Vec::with_capacity(HEAD + numbers.len() * 4 + dir.len() + text.len());
        bytes.extend_from_slice(&greeting(b"s2fk"));
        bytes.extend_from_slice(&which.to_le_bytes());
        let count = u16::try_from(numbers.len()).map_err(large)?;
        bytes.extend_from_slice(&count.to_le_bytes());
        let length = if cwd.is_some() { u16::try_from(dir.len()).map_err(large)? } else { NO_DIRECTORY };
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&u16::try_from(text.len()).map_err(large)?.to_le_bytes());
        bytes.extend_from_slice(&[0; 2]);
        bytes.resize(HEAD, 0);
        numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        bytes.extend_from_slice(dir);
        bytes.extend_from_slice(text.as_bytes());
        if bytes.len() > MAX_MESSAGE || numbers.len() > MAX_MAPPED || (cwd.is_some() && length == NO_DIRECTORY) {
            return Err(io::Error::from_raw_os_error(libc::E2BIG));
        }
        Ok(bytes)
    }

    /// Reads a packet and what came with it.
    ///
    /// # Errors
    /// If it is none.
    pub fn decode(bytes: &[u8], descriptors: Vec<OwnedFd>) -> Result<ForkRequest> {
        parse(bytes, descriptors).ok_or(Error::Malformed("a request for a child is none of this version"))
    }
}

fn parse(bytes: &[u8], descriptors: Vec<OwnedFd>) -> Option<ForkRequest> {
    let (head, mut rest) = bytes.split_first_chunk::<HEAD>()?;
    let word = |at: usize| head.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes);
    if head.get(..8) != Some(&greeting(b"s2fk")) || head.get(18..) != Some(&[0; 6]) {
        return None;
    }
    let which = u32::from_le_bytes(head.get(8..12)?.try_into().ok()?);
    let mut take = |length: usize| {
        let (taken, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(taken)
    };
    let numbers = take(usize::from(word(12)?) * 4)?;
    let numbers: Vec<RawFd> = numbers.as_chunks().0.iter().map(|number| RawFd::from_le_bytes(*number)).collect();
    let cwd = match word(14)? {
        NO_DIRECTORY => None,
        length => Some(CString::new(take(usize::from(length))?).ok()?),
    };
    let introduction = Introduction::parse(core::str::from_utf8(take(usize::from(word(16)?))?).ok()?).ok()?;
    if !rest.is_empty() || numbers.iter().any(|number| *number < 0) || descriptors.len() != numbers.len() + 3 {
        return None;
    }
    let mapped = |number: &RawFd| numbers.contains(number);
    let told = introduction.named.iter().map(|(_, number)| number).chain(&introduction.comms);
    let mut told: Vec<RawFd> = told.copied().collect();
    told.sort_unstable();
    // Each gets one owner.
    if !told.iter().all(mapped) || told.windows(2).any(|pair| pair.first() == pair.last()) {
        return None;
    }
    let mut descriptors = descriptors.into_iter();
    let (namespaces, status, control) = (descriptors.next()?, descriptors.next()?, descriptors.next()?);
    let descriptors = descriptors.zip(numbers).collect();
    Some(ForkRequest { namespaces, which, status, control, descriptors, introduction, cwd })
}

/// A step of a child's making.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Step {
    /// Forking.
    Fork,
    /// Entering the namespaces.
    Namespaces,
    /// Putting descriptors in place.
    Descriptors,
    /// Leaving the fork server's session.
    Session,
    /// Giving privileges up.
    Capabilities,
    /// Entering the working directory.
    WorkingDirectory,
    /// Giving up gaining privileges.
    NoNewPrivileges,
    /// Turning risky speculation off.
    Speculation,
    /// Waiting for the child.
    Wait,
}

impl Step {
    const ALL: [Step; 9] = [
        Step::Fork,
        Step::Namespaces,
        Step::Descriptors,
        Step::Session,
        Step::Capabilities,
        Step::WorkingDirectory,
        Step::NoNewPrivileges,
        Step::Speculation,
        Step::Wait,
    ];

    /// The step of that number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Step> {
        Step::ALL.into_iter().find(|step| *step as u32 == number)
    }
}

/// What has become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// There is a child.
    Born {
        /// Its process id in the sandbox.
        pid: i32,
    },
    /// There is none.
    Failed {
        /// The step that failed.
        step: Step,
        /// The system's error number; 0: whoever was at it was killed.
        errno: i32,
    },
}

/// The length of a record.
pub const RECORD: usize = 16;

impl Ended {
    /// The record: what it is (4 bytes: 1 born, 2 failed), process id or step (4), error number (4), zero (4).
    #[must_use]
    pub fn encode(self) -> [u8; RECORD] {
        let words = match self {
            Ended::Born { pid } => [1, pid, 0, 0],
            Ended::Failed { step, errno } => [2, step as i32, errno, 0],
        };
        let mut bytes = [0; RECORD];
        for (place, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        bytes
    }

    /// Reads a record; `None` if it is none. Allocates nothing.
    #[must_use]
    pub fn decode(bytes: &[u8; RECORD]) -> Option<Ended> {
        let (words, _) = bytes.as_chunks::<4>();
        let [kind, what, errno, zero] = words else { return None };
        match [kind, what, errno, zero].map(|word| i32::from_le_bytes(*word)) {
            [1, pid, 0, 0] if pid > 0 => Some(Ended::Born { pid }),
            [2, step, errno, 0] => Step::from_number(step.cast_unsigned()).map(|step| Ended::Failed { step, errno }),
            _ => None,
        }
    }
}

/// Sends a record, whole or not at all.
pub(crate) fn report(socket: &OwnedFd, ended: Ended) -> io::Result<()> {
    packet::send(socket.as_fd(), &ended.encode(), &[], false)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    fn null() -> OwnedFd {
        File::open("/dev/null").expect("the host has /dev/null").into()
    }

    fn introduction() -> Introduction {
        Introduction { comms: Some(1023), named: vec![("input".to_owned(), 3)], ..Introduction::default() }
    }

    #[test]
    fn a_request_is_these_bytes() {
        let cwd = CString::from(c"/tmp");
        let bytes = ForkRequest::encode(0x1000_0000, &[3, 1023], &introduction(), Some(&cwd)).unwrap();
        let expected =
            b"s2fk\x01\0\0\0\0\0\0\x10\x02\0\x04\0\x17\0\0\0\0\0\0\0\x03\0\0\0\xff\x03\0\0/tmp1;comms=1023;fd=3:input";
        assert_eq!(bytes, expected);
        let request = ForkRequest::decode(&bytes, (0..5).map(|_| null()).collect()).unwrap();
        assert_eq!((request.which, request.introduction, request.cwd), (0x1000_0000, introduction(), Some(cwd)));
        assert_eq!(request.descriptors.iter().map(|(_, number)| *number).collect::<Vec<_>>(), [3, 1023]);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let refused =
            |bytes: &[u8], count: usize| ForkRequest::decode(bytes, (0..count).map(|_| null()).collect()).is_err();
        let good = ForkRequest::encode(0, &[3, 1023], &introduction(), None).unwrap();
        assert!(!refused(&good, 5));
        for length in 0..good.len() {
            assert!(refused(&good[..length], 5), "{length}");
        }
        assert!(refused(&[&good[..], b"x"].concat(), 5) && refused(&good, 4) && refused(&good, 6));
        // A number that is not mapped, and one with two owners.
        let unmapped = ForkRequest::encode(0, &[3], &introduction(), None).unwrap();
        assert!(refused(&unmapped, 4));
        let twice = Introduction { comms: Some(3), ..introduction() };
        assert!(refused(&ForkRequest::encode(0, &[3], &twice, None).unwrap(), 4));
        assert!(ForkRequest::encode(0, &[5; 251], &Introduction::default(), None).is_err());
    }

    #[test]
    fn a_record_says_what_has_become_of_a_request() {
        for ended in [Ended::Born { pid: 4 }, Ended::Failed { step: Step::Namespaces, errno: 1 }] {
            assert_eq!(Ended::decode(&ended.encode()), Some(ended));
        }
        for step in Step::ALL {
            assert_eq!(Step::from_number(step as u32), Some(step));
        }
        assert_eq!(Ended::decode(&[0; RECORD]), None);
        assert_eq!(Ended::decode(&[0xff; RECORD]), None);
    }
}
