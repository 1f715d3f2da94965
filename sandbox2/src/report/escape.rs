//! Text that a sandboxee chose, made harmless.

use std::fmt::{self, Write};

/// Escapes bytes so that the result is one line without control characters, and can be told from any other bytes'.
pub(crate) fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                c if is_plain(c) => out.push(c),
                c => push_escape(&mut out, c),
            }
        }
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Shows text with everything that is not plain escaped. Text that [`escape`] made stays as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain<'a>(pub(crate) &'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::with_capacity(self.0.len());
        for c in self.0.chars() {
            if is_plain(c) { out.push(c) } else { push_escape(&mut out, c) }
        }
        f.pad(&out)
    }
}

/// Letters and digits of any script, and what ASCII can print. Not: control characters, line separators, marks that turn
/// the direction of text around, invisible ones.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') || (!c.is_ascii() && c.is_alphanumeric())
}

fn push_escape(out: &mut String, c: char) {
    // Writing to a string does not fail.
    let _ = match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        c if c.is_ascii() => write!(out, "\\x{:02x}", u32::from(c)),
        c => write!(out, "\\u{{{:x}}}", u32::from(c)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_come_out() {
        let hostile = "\x1b[2J\n\r\t\0\u{7f}\u{9b}31m\u{202e}\u{2028}\u{feff}";
        for shown in [escape(hostile.as_bytes()), Plain(hostile).to_string()] {
            assert!(shown.chars().all(is_plain), "{shown:?}");
        }
    }

    #[test]
    fn bytes_can_be_told_apart() {
        assert_eq!(escape(b"a\\x1b"), "a\\\\x1b");
        assert_eq!(escape(b"a\x1b"), "a\\x1b");
        assert_eq!(escape(b"\xff\"ok\""), "\\xff\\\"ok\\\"");
        assert_eq!(escape("Übung.txt".as_bytes()), "Übung.txt");
    }

    #[test]
    fn what_is_escaped_stays_as_it_is() {
        let once = escape(b"\x1b\xff\\\"");
        assert_eq!(Plain(&once).to_string(), once);
    }
}
