//! How a record looks on the way to the host.
//!
//! A frame has at most 4096 bytes; numbers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 0..2 | how many bytes the frame has, these included: 20 to 4096 |
//! | 2 | 1: the format's version |
//! | 3 | level: 1 error, 2 warning, 3 information, 4 debugging, 5 tracing |
//! | 4 | 1 if the message was cut off at its end, otherwise 0 |
//! | 5 | 0 |
//! | 6..8 | how many bytes the target has |
//! | 8..10 | how many bytes the file's name has |
//! | 10..12 | 0 |
//! | 12..16 | the line in the file; 0: not known |
//! | 16..20 | how many records the sender had to leave out since the last |
//! | 20.. | target, file's name and, up to the frame's end, message; all should be UTF-8 |
//!
//! There is no process number: the sender could put anything there.

use core::fmt;

/// How much a record matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl Level {
    const ALL: [Level; 5] = [Level::Error, Level::Warn, Level::Info, Level::Debug, Level::Trace];
}

/// The bytes before the texts.
const HEAD: usize = 20;
/// The most bytes of a frame. One that small goes through a socket as a whole or not at all.
pub(crate) const MOST: usize = 4096;
/// The most bytes of target and file's name, each.
const MOST_NAME: usize = 256;
const VERSION: u8 = 1;

/// A record as it came, with nothing about its texts checked: they may be no UTF-8 and have any byte in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// How much it matters, as the sender says.
    pub level: Level,
    /// The part of the program that it is about.
    pub target: &'a [u8],
    /// The source file; empty if it is not known.
    pub file: &'a [u8],
    /// The line in it.
    pub line: Option<u32>,
    /// The text.
    pub message: &'a [u8],
    /// Whether the text was cut off.
    pub cut: bool,
    /// How many records the sender had to leave out since the last.
    pub lost: u32,
}

/// Bytes that are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoFrame(&'static str);

impl fmt::Display for NoFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the other side does not keep to the format of records: {}", self.0)
    }
}

impl core::error::Error for NoFrame {}

impl<'a> Frame<'a> {
    /// The frame that `bytes` begin with, and how many of them it has; `None` if there must be more first, up to 4096 in all.
    ///
    /// # Errors
    /// If no frame begins like that.
    pub fn decode(bytes: &'a [u8]) -> Result<Option<(Frame<'a>, usize)>, NoFrame> {
        let Some(([low, high], _)) = bytes.split_first_chunk() else { return Ok(None) };
        let size = usize::from(u16::from_le_bytes([*low, *high]));
        if !(HEAD..=MOST).contains(&size) {
            return Err(NoFrame("its length"));
        }
        let Some((frame, _)) = bytes.split_at_checked(size) else { return Ok(None) };
        let Some((head, texts)) = frame.split_first_chunk::<HEAD>() else { return Ok(None) };
        let [_, _, version, level, cut, zero, t0, t1, f0, f1, z0, z1, l0, l1, l2, l3, n0, n1, n2, n3] = *head;
        if version != VERSION {
            return Err(NoFrame("its version"));
        }
        let level = Level::ALL.into_iter().find(|known| *known as u8 == level).ok_or(NoFrame("its level"))?;
        if cut > 1 || [zero, z0, z1] != [0; 3] {
            return Err(NoFrame("its flags"));
        }
        let names = texts.split_at_checked(usize::from(u16::from_le_bytes([t0, t1]))).and_then(|(target, rest)| {
            let (file, message) = rest.split_at_checked(usize::from(u16::from_le_bytes([f0, f1])))?;
            Some((target, file, message))
        });
        let (target, file, message) = names.ok_or(NoFrame("the lengths of its texts"))?;
        let line = Some(u32::from_le_bytes([l0, l1, l2, l3])).filter(|line| *line > 0);
        let lost = u32::from_le_bytes([n0, n1, n2, n3]);
        Ok(Some((Frame { level, target, file, line, message, cut: cut == 1, lost }, size)))
    }
}

/// A frame that is being written, without allocating.
pub(crate) struct Encoder {
    bytes: [u8; MOST],
    size: usize,
    cut: bool,
}

impl Encoder {
    pub(crate) fn new(level: Level, target: &str, file: Option<&str>, line: Option<u32>) -> Encoder {
        let mut encoder = Encoder { bytes: [0; MOST], size: HEAD, cut: false };
        let [target, file] = [target, file.unwrap_or_default()].map(|name| beginning(name, MOST_NAME));
        encoder.put(2, &[VERSION, level as u8]);
        encoder.put(6, &(target.len() as u16).to_le_bytes());
        encoder.put(8, &(file.len() as u16).to_le_bytes());
        encoder.put(12, &line.unwrap_or(0).to_le_bytes());
        encoder.append(target);
        encoder.append(file);
        encoder
    }

    /// The frame's bytes, with what the message was made of until then.
    pub(crate) fn finish(&mut self, lost: u32) -> &[u8] {
        self.put(0, &(self.size as u16).to_le_bytes());
        self.put(4, &[u8::from(self.cut)]);
        self.put(16, &lost.to_le_bytes());
        &self.bytes[..self.size]
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn append(&mut self, text: &str) {
        self.put(self.size, text.as_bytes());
        self.size += text.len();
    }
}

impl fmt::Write for Encoder {
    /// Fails when there is no more room, so that nothing more is formatted.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.cut {
            return Err(fmt::Error);
        }
        let part = beginning(text, MOST - self.size);
        self.append(part);
        self.cut = part.len() < text.len();
        if self.cut { Err(fmt::Error) } else { Ok(()) }
    }
}

/// As many whole characters as `most` bytes have room for.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use core::fmt::Write as _;

    use super::*;

    /// A frame as it is on the way, byte for byte.
    const RECORDED: &[u8] = b"\x28\0\x01\x02\0\0\x03\0\x04\0\0\0\x07\0\0\0\x05\0\0\0a::m.rsgrows: \xe2\x82\xac ok";

    fn recorded() -> Encoder {
        let mut encoder = Encoder::new(Level::Warn, "a::", Some("m.rs"), Some(7));
        let currency = '€';
        write!(encoder, "grows: {currency} ok").unwrap();
        encoder
    }

    #[test]
    fn a_record_has_the_bytes_that_are_documented() {
        assert_eq!(recorded().finish(5), RECORDED);
        let (frame, size) = Frame::decode(RECORDED).unwrap().unwrap();
        assert_eq!(size, RECORDED.len());
        assert_eq!((frame.level, frame.line, frame.cut, frame.lost), (Level::Warn, Some(7), false, 5));
        assert_eq!((frame.target, frame.file, frame.message), (&b"a::"[..], &b"m.rs"[..], "grows: € ok".as_bytes()));
    }

    #[test]
    fn a_part_of_a_frame_waits_for_the_rest() {
        for end in 0..RECORDED.len() {
            assert_eq!(Frame::decode(&RECORDED[..end]), Ok(None), "{end}");
        }
        let more = [RECORDED, RECORDED].concat();
        assert_eq!(Frame::decode(&more).unwrap().unwrap().1, RECORDED.len());
    }

    #[test]
    fn texts_are_cut_between_characters_and_it_is_said() {
        let mut encoder = Encoder::new(Level::Info, &"€".repeat(100), None, None);
        assert!(write!(encoder, "{}", "€".repeat(5000)).is_err());
        assert!(encoder.write_str("x").is_err());
        let bytes = encoder.finish(0);
        assert!(bytes.len() <= MOST && bytes.len() > MOST - 4);
        let (frame, _) = Frame::decode(bytes).unwrap().unwrap();
        assert!(frame.cut && frame.file.is_empty() && frame.line.is_none());
        assert_eq!(str::from_utf8(frame.target).unwrap().chars().count(), 85);
        assert!(str::from_utf8(frame.message).unwrap().chars().all(|c| c == '€'));
    }

    #[test]
    fn what_is_no_frame_is_an_error() {
        for (at, byte, part) in [
            (0, 19, "length"),
            (1, 0x11, "length"),
            (2, 2, "version"),
            (3, 0, "level"),
            (3, 6, "level"),
            (4, 2, "flags"),
            (5, 1, "flags"),
            (11, 1, "flags"),
            (7, 1, "texts"),
            (8, 200, "texts"),
        ] {
            let mut bytes = RECORDED.to_vec();
            bytes[at] = byte;
            assert!(Frame::decode(&bytes).unwrap_err().to_string().contains(part), "{at} {byte}");
        }
    }
}
