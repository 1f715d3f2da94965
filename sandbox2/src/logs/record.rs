//! A record of a sandboxee, made harmless.

use std::fmt;

use sandbox2_client::logs::{Frame, Level};

use crate::report::escape::Plain;

/// The most bytes of a message, as it is shown.
const MOST_MESSAGE: usize = 4096;
/// The most bytes of target and file's name, as they are shown.
const MOST_NAME: usize = 256;

/// What a sandboxee logged: one line of harmless text, shown with the name of who it is from.
///
/// The texts are the sandboxee's, but letters, digits and printable ASCII alone: everything else (line ends, control characters and with
/// them escape sequences, invisible characters, those that turn the direction of text around, bytes that are no UTF-8) is shown as
/// an escape such as `\n`, `\x1b` or `\u{202e}`. What they *say* may still be a lie, level and target included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogRecord<'a> {
    /// The host's name for the sandboxee.
    pub sandboxee: &'a str,
    /// The sandboxee's process, if the host said it.
    pub pid: Option<u32>,
    /// How much it matters.
    pub level: Level,
    /// The part of the program that it is about.
    pub target: &'a str,
    /// The source file.
    pub file: Option<&'a str>,
    /// The line in it.
    pub line: Option<u32>,
    /// The text: at most 4096 bytes.
    pub message: &'a str,
    /// Whether the text was cut off.
    pub cut: bool,
    /// Whether it is not the sandboxee's but about it: how much was left out, and why it ends.
    pub by_host: bool,
}

impl fmt::Display for LogRecord<'_> {
    /// One line: `name[pid] target: message (file:line)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sandboxee)?;
        if let Some(pid) = self.pid {
            write!(f, "[{pid}]")?;
        }
        if !self.by_host {
            write!(f, " {}", self.target)?;
        }
        write!(f, ": {}", self.message)?;
        if self.cut {
            f.write_str("...")?;
        }
        match (self.file, self.line) {
            (Some(file), Some(line)) => write!(f, " ({file}:{line})"),
            (Some(file), None) => write!(f, " ({file})"),
            (None, _) => Ok(()),
        }
    }
}

/// A frame's texts, made harmless.
#[derive(Debug)]
pub(super) struct Texts {
    target: String,
    file: Option<String>,
    message: String,
    cut: bool,
    level: Level,
    line: Option<u32>,
}

impl Texts {
    pub(super) fn new(frame: &Frame<'_>) -> Texts {
        let (message, cut) = harmless(frame.message, MOST_MESSAGE);
        let file = (!frame.file.is_empty()).then(|| harmless(frame.file, MOST_NAME).0);
        let (target, _) = harmless(frame.target, MOST_NAME);
        Texts { target, file, message, cut: cut || frame.cut, level: frame.level, line: frame.line }
    }

    /// How many bytes are shown.
    pub(super) fn len(&self) -> usize {
        self.target.len() + self.file.as_ref().map_or(0, String::len) + self.message.len()
    }

    pub(super) fn record<'a>(&'a self, sandboxee: &'a str, pid: Option<u32>) -> LogRecord<'a> {
        LogRecord {
            sandboxee,
            pid,
            level: self.level,
            target: &self.target,
            file: self.file.as_deref(),
            line: self.line,
            message: &self.message,
            cut: self.cut,
            by_host: false,
        }
    }
}

/// Bytes as harmless text of at most `most` bytes, and whether they were more.
pub(super) fn harmless(bytes: &[u8], most: usize) -> (String, bool) {
    let mut text = Plain(&String::from_utf8_lossy(bytes)).to_string();
    let cut = text.len() > most;
    if let Some(end) = (0..=most).rev().find(|end| text.is_char_boundary(*end)).filter(|_| cut) {
        text.truncate(end);
    }
    (text, cut)
}
