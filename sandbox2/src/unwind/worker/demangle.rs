//! Names as programmers write them: of Rust and of C++; what is neither stays as it is.
//!
//! A short name can stand for one of any length, so nothing is written beyond what is told.

use std::fmt::{self, Write};

use cpp_demangle::{BorrowedSymbol, DemangleOptions, ParseOptions};

use crate::unwind::answer;
use crate::unwind::limits::{MAX_MANGLED, MAX_NAME};

/// How deep names of C++ may be nested.
const MAX_DEPTH: u32 = 96;

/// What that symbol is called.
pub(super) fn demangle(raw: &[u8]) -> String {
    let raw = String::from_utf8_lossy(raw.get(..MAX_MANGLED).unwrap_or(raw));
    let readable = rust(&raw).or_else(|| cpp(&raw));
    let name = readable.unwrap_or_else(|| raw.into_owned());
    if name.len() <= MAX_NAME { name } else { shortened(&name) }
}

fn rust(raw: &str) -> Option<String> {
    let name = rustc_demangle::try_demangle(raw).ok()?;
    // Without the hash that tells versions of a function apart.
    bounded(|out| write!(out, "{name:#}"))
}

fn cpp(raw: &str) -> Option<String> {
    if !raw.starts_with("_Z") && !raw.starts_with("__Z") {
        return None;
    }
    let options = ParseOptions::default().recursion_limit(MAX_DEPTH);
    let (symbol, _) = BorrowedSymbol::with_tail_and_options(raw.as_bytes(), &options).ok()?;
    let options = DemangleOptions::new().recursion_limit(MAX_DEPTH);
    bounded(|out| symbol.structured_demangle(out, &options))
}

/// What is written, as far as there is room for it; `None` if writing fails for another reason.
fn bounded(write: impl FnOnce(&mut Bounded) -> fmt::Result) -> Option<String> {
    let mut out = Bounded::default();
    match write(&mut out) {
        Ok(()) if !out.full => Some(out.text),
        _ if out.full => Some(shortened(&out.text)),
        _ => None,
    }
}

fn shortened(text: &str) -> String {
    const MORE: &str = "...";
    format!("{}{MORE}", answer::shortened(text, MAX_NAME - MORE.len()))
}

#[derive(Debug, Default)]
struct Bounded {
    text: String,
    full: bool,
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.full || self.text.len() + text.len() > MAX_NAME {
            self.full = true;
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rust_and_cpp_become_readable() {
        for (raw, name) in [
            (&b"_ZN4core3ptr13drop_in_place17h0123456789abcdefE"[..], "core::ptr::drop_in_place"),
            (b"_RNvCs1234_7mycrate3foo", "mycrate::foo"),
            (b"_Z7CrashMec", "CrashMe(char)"),
            (b"_ZN3foo3barIiEEvT_", "void foo::bar<int>(int)"),
            (b"_Z7CrashMec.cold", "CrashMe(char) [clone .cold]"),
            (b"main", "main"),
            (b"", ""),
            (b"_Z", "_Z"),
            (b"_ZNSt", "_ZNSt"),
        ] {
            assert_eq!(demangle(raw), name);
        }
    }

    #[test]
    fn names_that_grow_without_end_are_cut() {
        // Each T_ doubles what stands before it.
        let mut grows = b"_Z1fSt4pairIiiE".to_vec();
        for at in 0..30_u8 {
            let digit = if at < 10 { b'0' + at } else { b'A' + at - 10 };
            grows.extend([b"St4pairIS", &[digit][..], b"_S", &[digit], b"_E"].concat());
        }
        for raw in [grows, vec![b'x'; 1 << 20], [b"_Z".to_vec(), vec![b'P'; 1 << 16]].concat()] {
            assert!(demangle(&raw).len() <= MAX_NAME);
        }
        assert!(demangle(&[b'x'; MAX_NAME + 1]).ends_with("..."));
        assert_eq!(demangle(&[b'x'; MAX_NAME]).len(), MAX_NAME);
    }

    #[test]
    fn what_is_no_text_is_no_panic() {
        assert_eq!(demangle(b"a\xff"), "a\u{fffd}");
    }
}
