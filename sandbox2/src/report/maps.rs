//! What a process had in its memory: the text of `/proc/<pid>/maps`, read with care.
//!
//! The kernel writes the lines, but the names in them are the sandboxee's: files, descriptors of memory, what `prctl` calls a mapping.
//! Owns the reading of that text and how it is shown; who reads the file, and when, is left to others.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::escape::{Plain, escape};

/// The most mappings that are told.
pub(crate) const MAX_MAPPINGS: usize = 16_384;
/// The most bytes of text that are looked at.
pub(crate) const MAX_BYTES: usize = 4 << 20;

/// The mappings of a process, in the order of their addresses.
///
/// At most 16384 of them and 4 MiB of text; [`truncated`](Self::truncated) says whether there were more.
///
/// `Display` is a line for each, in the kernel's form, with names escaped.
///
/// # References
/// `proc_pid_maps(5)`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Maps {
    /// The mappings.
    pub mappings: Vec<Mapping>,
    /// Whether there were more than are told.
    #[serde(default)]
    pub truncated: bool,
}

/// One mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mapping {
    /// Its first address.
    pub start: u64,
    /// The first address after it.
    pub end: u64,
    /// What may be done there.
    pub permissions: Permissions,
    /// Where in the file it begins, in bytes; 0 if there is no file.
    pub offset: u64,
    /// The device of the file: major and minor number; 0 and 0 if there is no file.
    pub device: (u32, u32),
    /// The file's inode; 0 if there is no file.
    pub inode: u64,
    /// The file, as the kernel calls it (with ` (deleted)` behind it if it has no name any more), or another name (`[stack]`), escaped;
    /// `None` for memory without a name.
    #[serde(default)]
    pub path: Option<String>,
}

/// What may be done with a mapping: `r-xp`, as the kernel writes it, also in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub struct Permissions {
    /// It can be read.
    pub read: bool,
    /// It can be written.
    pub write: bool,
    /// It can be executed.
    pub execute: bool,
    /// What is written is seen by others that map it.
    pub shared: bool,
}

/// A text that is none of `/proc/<pid>/maps`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the mappings {what}")]
pub struct MapsError {
    line: usize,
    what: &'static str,
}

/// One line, with the name as the kernel wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) permissions: Permissions,
    pub(crate) offset: u64,
    pub(crate) device: (u32, u32),
    pub(crate) inode: u64,
    /// A line feed in it is still `\012`. Empty for memory without a name.
    pub(crate) path: &'a [u8],
}

impl Maps {
    /// Reads the text of `/proc/<pid>/maps`.
    ///
    /// # Errors
    /// If a line is not one of the kernel's.
    pub fn parse(text: &[u8]) -> Result<Maps, MapsError> {
        let mut maps = Maps::default();
        let mut lines = lines(text);
        for line in lines.by_ref() {
            maps.mappings.push(Mapping::from(line?));
        }
        maps.truncated = lines.stopped();
        Ok(maps)
    }

    /// The mapping that has this address.
    #[must_use]
    pub fn at(&self, address: u64) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| (mapping.start..mapping.end).contains(&address))
    }
}

/// The lines of `text`, as far as the limits go.
pub(crate) fn lines(text: &[u8]) -> Lines<'_> {
    let (text, cut) = match text.get(..MAX_BYTES) {
        // The line that the limit goes through is left out.
        Some(start) if text.len() > MAX_BYTES => {
            (start.iter().rposition(|byte| *byte == b'\n').map_or(&start[..0], |end| &start[..=end]), true)
        }
        _ => (text, false),
    };
    Lines { rest: text, number: 0, cut }
}

/// See [`lines`].
#[derive(Clone, Debug)]
pub(crate) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
    cut: bool,
}

impl Lines<'_> {
    /// Whether there is more than was given.
    pub(crate) fn stopped(&self) -> bool {
        self.cut || !self.rest.is_empty()
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<Line<'a>, MapsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() || self.number == MAX_MAPPINGS {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n').unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        self.number += 1;
        let number = self.number;
        let read = read_line(line).map_err(|what| MapsError { line: number, what });
        if read.is_err() {
            self.rest = &[];
        }
        Some(read)
    }
}

fn read_line(line: &[u8]) -> Result<Line<'_>, &'static str> {
    let mut rest = line;
    let mut field = |last: bool| {
        let end = rest.iter().position(|byte| *byte == b' ');
        // Without a name the line ends after the inode.
        let end = if last { end.unwrap_or(rest.len()) } else { end? };
        let (field, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        str::from_utf8(field).ok()
    };
    let range = field(false).ok_or("has no range")?;
    let permissions = field(false).ok_or("has no permissions")?;
    let offset = field(false).ok_or("has no offset")?;
    let device = field(false).ok_or("has no device")?;
    let inode = field(true).ok_or("has no inode")?;
    // A name begins with none; what stands before it fills the columns.
    let path = rest.iter().position(|byte| *byte != b' ').and_then(|start| rest.get(start..)).unwrap_or_default();

    let (start, end) = range.split_once('-').ok_or("has no range")?;
    let (start, end) = (hex(start).ok_or("has no range")?, hex(end).ok_or("has no range")?);
    if start >= end {
        return Err("has an empty range");
    }
    let (major, minor) = device.split_once(':').ok_or("has no device")?;
    let device = |text| hex(text).and_then(|number| u32::try_from(number).ok()).ok_or("has no device");
    Ok(Line {
        start,
        end,
        permissions: Permissions::parse(permissions).ok_or("has no permissions")?,
        offset: hex(offset).ok_or("has no offset")?,
        device: (device(major)?, device(minor)?),
        inode: decimal(inode).ok_or("has no inode")?,
        path,
    })
}

fn hex(text: &str) -> Option<u64> {
    let plain = (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(text, 16).ok())?
}

fn decimal(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl From<Line<'_>> for Mapping {
    fn from(line: Line<'_>) -> Mapping {
        let Line { start, end, permissions, offset, device, inode, path } = line;
        let path = if path.is_empty() { None } else { Some(escape(&unescape(path))) };
        Mapping { start, end, permissions, offset, device, inode, path }
    }
}

/// The name itself: the kernel writes `\012` for a line feed, and everything else as it is.
pub(crate) fn unescape(path: &[u8]) -> Vec<u8> {
    const LINE_FEED: &[u8] = b"\\012";
    let mut name = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        match rest.strip_prefix(LINE_FEED) {
            Some(after) => {
                name.push(b'\n');
                rest = after;
            }
            None => {
                name.push(*first);
                rest = after;
            }
        }
    }
    name
}

impl Permissions {
    fn parse(text: &str) -> Option<Permissions> {
        let flag = |byte: u8, set: u8, clear: u8| match byte {
            byte if byte == set => Some(true),
            byte if byte == clear => Some(false),
            _ => None,
        };
        let [read, write, execute, shared] = *text.as_bytes() else { return None };
        Some(Permissions {
            read: flag(read, b'r', b'-')?,
            write: flag(write, b'w', b'-')?,
            execute: flag(execute, b'x', b'-')?,
            shared: flag(shared, b's', b'p')?,
        })
    }
}

impl TryFrom<String> for Permissions {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Permissions, &'static str> {
        Permissions::parse(&text).ok_or("permissions are four letters, as in r-xp")
    }
}

impl From<Permissions> for String {
    fn from(permissions: Permissions) -> String {
        permissions.to_string()
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Permissions { read, write, execute, shared } = *self;
        let letter = |set, letter: &'static str| if set { letter } else { "-" };
        let shared = if shared { "s" } else { "p" };
        write!(f, "{}{}{}{shared}", letter(read, "r"), letter(write, "w"), letter(execute, "x"))
    }
}

impl fmt::Display for Mapping {
    /// As the kernel shows it, without what fills the columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mapping { start, end, permissions, offset, device: (major, minor), inode, path } = self;
        write!(f, "{start:08x}-{end:08x} {permissions} {offset:08x} {major:02x}:{minor:02x} {inode}")?;
        match path {
            Some(path) => write!(f, " {}", Plain(path)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Maps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mapping) in self.mappings.iter().enumerate() {
            write!(f, "{}{mapping}", if index == 0 { "" } else { "\n" })?;
        }
        if self.truncated { f.write_str("\n(there are more)") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
55d0c3e00000-55d0c3e20000 r-xp 00001000 fe:00 1311                       /usr/bin/a name with  spaces \n\
7f0000000000-7f0000021000 rw-p 00000000 00:00 0 \n\
7f0000030000-7f0000031000 rw-s 00000000 00:01 7                          /memfd:\x1b[2J (deleted)\n\
7f0000040000-7f0000041000 ---p 00000000 00:00 0                          [anon:a b]\n\
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";

    #[test]
    fn a_line_is_read_with_everything_in_it() {
        let maps = Maps::parse(TEXT.as_bytes()).unwrap();
        let first = &maps.mappings[0];
        assert_eq!((first.start, first.end, first.offset), (0x55d0_c3e0_0000, 0x55d0_c3e2_0000, 0x1000));
        assert_eq!((first.device, first.inode), ((0xfe, 0), 1311));
        assert_eq!(first.permissions.to_string(), "r-xp");
        let paths: Vec<_> = maps.mappings.iter().map(|mapping| mapping.path.as_deref()).collect();
        let expected = [
            Some("/usr/bin/a name with  spaces "),
            None,
            Some("/memfd:\\x1b[2J (deleted)"),
            Some("[anon:a b]"),
            Some("[vsyscall]"),
        ];
        assert_eq!(paths, expected);
        assert!(!maps.truncated);
        assert_eq!(maps.at(0x7f00_0003_0fff).map(|mapping| mapping.inode), Some(7));
        assert_eq!(maps.at(0x7f00_0003_1000), None);
    }

    #[test]
    fn this_process_s_own_mappings_can_be_read() {
        let text = std::fs::read("/proc/self/maps").unwrap();
        let maps = Maps::parse(&text).unwrap();
        let code = this_process_s_own_mappings_can_be_read as *const () as u64;
        assert!(maps.at(code).unwrap().permissions.execute);
        assert!(maps.mappings.iter().any(|mapping| mapping.path.as_deref() == Some("[stack]")));
    }

    #[test]
    fn what_is_no_line_is_an_error_that_says_which() {
        for (text, what) in [
            ("", None),
            ("\n", Some("line 1 of the mappings has no range")),
            ("1000-2000 r-xp 0 00:00 0\nx", Some("line 2 of the mappings has no range")),
            ("1000-1000 r-xp 0 00:00 0", Some("line 1 of the mappings has an empty range")),
            ("2000-1000 r-xp 0 00:00 0", Some("line 1 of the mappings has an empty range")),
            ("1000-11111111111111111 r-xp 0 00:00 0", Some("line 1 of the mappings has no range")),
            ("+1000-2000 r-xp 0 00:00 0", Some("line 1 of the mappings has no range")),
            ("1000-2000 r-x 0 00:00 0", Some("line 1 of the mappings has no permissions")),
            ("1000-2000 r-xq 0 00:00 0", Some("line 1 of the mappings has no permissions")),
            ("1000-2000 r-xp  00:00 0", Some("line 1 of the mappings has no offset")),
            ("1000-2000 r-xp 0 0000 0", Some("line 1 of the mappings has no device")),
            ("1000-2000 r-xp 0 100000000:0 0", Some("line 1 of the mappings has no device")),
            ("1000-2000 r-xp 0 00:00 -1", Some("line 1 of the mappings has no inode")),
            ("1000-2000 r-xp 0 00:00 99999999999999999999", Some("line 1 of the mappings has no inode")),
            ("1000-2000 r-xp 0 00:00", Some("line 1 of the mappings has no device")),
            ("1000-2000\u{a0}r-xp", Some("line 1 of the mappings has no range")),
        ] {
            assert_eq!(Maps::parse(text.as_bytes()).err().map(|error| error.to_string()).as_deref(), what, "{text:?}");
        }
    }

    #[test]
    fn too_much_is_cut_and_said_to_be() {
        let line = "1000-2000 r-xp 0 00:00 0\n";
        let maps = Maps::parse(line.repeat(MAX_MAPPINGS).as_bytes()).unwrap();
        assert_eq!((maps.mappings.len(), maps.truncated), (MAX_MAPPINGS, false));
        let maps = Maps::parse(line.repeat(MAX_MAPPINGS + 1).as_bytes()).unwrap();
        assert_eq!((maps.mappings.len(), maps.truncated), (MAX_MAPPINGS, true));

        let long = format!("1000-2000 r-xp 0 00:00 1 /{}\n", "x".repeat(5000));
        let maps = Maps::parse(long.repeat(1000).as_bytes()).unwrap();
        assert_eq!((maps.mappings.len(), maps.truncated), (MAX_BYTES / long.len(), true));
        let endless = Maps::parse(&vec![b'x'; MAX_BYTES + 1]).unwrap();
        assert_eq!((endless.mappings.len(), endless.truncated), (0, true));
    }

    #[test]
    fn names_with_line_feeds_are_one_name() {
        let text = b"1000-2000 r-xp 0 08:01 5 /tmp/a\\012b\\01c\xff";
        let line = lines(text).next().unwrap().unwrap();
        assert_eq!(unescape(line.path), b"/tmp/a\nb\\01c\xff");
        assert_eq!(Mapping::from(line).path.as_deref(), Some("/tmp/a\\nb\\\\01c\\xff"));
    }

    #[test]
    fn machines_read_back_what_was_written() {
        let maps = Maps::parse(TEXT.as_bytes()).unwrap();
        let json = serde_json::to_value(&maps).unwrap();
        assert_eq!(json["mappings"][0]["permissions"], "r-xp");
        assert_eq!(json["mappings"][0]["device"], serde_json::json!([0xfe, 0]));
        assert_eq!(serde_json::from_value::<Maps>(json).unwrap(), maps);
        assert!(serde_json::from_str::<Permissions>("\"rwx\"").is_err());
    }

    #[test]
    fn people_see_the_kernel_s_form_without_control_characters() {
        let shown = Maps::parse(TEXT.as_bytes()).unwrap().to_string();
        assert!(shown.starts_with("55d0c3e00000-55d0c3e20000 r-xp 00001000 fe:00 1311 /usr/bin/a name"), "{shown}");
        assert!(shown.contains("\n7f0000000000-7f0000021000 rw-p 00000000 00:00 0\n"), "{shown}");
        assert!(!shown.contains('\x1b'), "{shown}");
    }
}
