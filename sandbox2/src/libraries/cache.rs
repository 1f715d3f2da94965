//! The loader's cache, `/etc/ld.so.cache`: which library is where.
//!
//! The format is glibc's `glibc-ld.so.cache1.1` (`sysdeps/generic/dl-cache.h`), alone or behind the older one. A cache that
//! cannot be understood is taken for one that knows nothing, as the loader does.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The most bytes of a cache; real ones have some ten or hundred thousand.
const MAX_SIZE: u64 = 16 << 20;

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
const OLD_HEADER_SIZE: usize = 16;
const OLD_ENTRY_SIZE: usize = 12;

const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEADER_SIZE: usize = 48;
const ENTRY_SIZE: usize = 24;

/// The endianness in the header: not said, or little.
const ENDIAN_MASK: u8 = 3;
const ENDIAN_UNKNOWN: u8 = 0;
const ENDIAN_LITTLE: u8 = 2;

/// The contents of a cache.
#[derive(Debug, Default)]
pub(super) struct Cache {
    /// From the magic of the new format on; offsets count from there. Empty if there is none.
    bytes: Vec<u8>,
    /// How many entries there are, all of them within the bytes.
    count: usize,
}

impl Cache {
    /// Reads the cache at `path`; an empty one if there is none or it cannot be understood.
    pub(super) fn read(path: &Path) -> Cache {
        let mut bytes = Vec::new();
        let regular = path.metadata().is_ok_and(|metadata| metadata.is_file());
        match File::open(path) {
            Ok(file) if regular => match file.take(MAX_SIZE).read_to_end(&mut bytes) {
                Ok(_) => Cache::parse(&bytes).unwrap_or_default(),
                Err(_) => Cache::default(),
            },
            _ => Cache::default(),
        }
    }

    fn parse(file: &[u8]) -> Option<Cache> {
        let mut bytes = file;
        if file.starts_with(OLD_MAGIC) {
            let count = usize::try_from(u32_at(file, OLD_HEADER_SIZE - 4)?).ok()?;
            let end = count.checked_mul(OLD_ENTRY_SIZE)?.checked_add(OLD_HEADER_SIZE)?;
            bytes = file.get(end.checked_next_multiple_of(8)?..)?;
        }
        let endian = bytes.get(28)? & ENDIAN_MASK;
        if !bytes.starts_with(MAGIC) || endian != ENDIAN_UNKNOWN && endian != ENDIAN_LITTLE {
            return None;
        }
        let count = usize::try_from(u32_at(bytes, MAGIC.len())?).ok()?;
        let end = count.checked_mul(ENTRY_SIZE)?.checked_add(HEADER_SIZE)?;
        (end <= bytes.len()).then(|| Cache { bytes: bytes.to_vec(), count })
    }

    /// The paths of the library called `name`, for whatever machine: those for every processor of it, then those for some.
    pub(super) fn find(&self, name: &OsStr) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let (mut general, mut special) = (Vec::new(), Vec::new());
        for index in 0..self.count {
            let Some((key, path, capabilities)) = self.entry(index) else { continue };
            if key == name.as_bytes() && path.starts_with(b"/") {
                let path = PathBuf::from(OsStr::from_bytes(path));
                if capabilities == 0 { general.push(path) } else { special.push(path) }
            }
        }
        (general, special)
    }

    /// Name, path and required capabilities of an entry.
    fn entry(&self, index: usize) -> Option<(&[u8], &[u8], u64)> {
        let at = index.checked_mul(ENTRY_SIZE)?.checked_add(HEADER_SIZE)?;
        let key = self.string(u32_at(&self.bytes, at + 4)?)?;
        let path = self.string(u32_at(&self.bytes, at + 8)?)?;
        let low = u32_at(&self.bytes, at + 16)?;
        let high = u32_at(&self.bytes, at + 20)?;
        Some((key, path, u64::from(high) << 32 | u64::from(low)))
    }

    fn string(&self, at: u32) -> Option<&[u8]> {
        /// The longest path of the kernel.
        const LONGEST: usize = 4096;
        let rest = self.bytes.get(usize::try_from(at).ok()?..)?;
        let length = rest.iter().take(LONGEST).position(|byte| *byte == 0)?;
        rest.get(..length)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cache of these entries: name, path, capabilities.
    fn cache_of(entries: &[(&str, &str, u64)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut strings = Vec::new();
        bytes.extend((entries.len() as u32).to_le_bytes());
        bytes.resize(HEADER_SIZE, 0);
        bytes[28] = ENDIAN_LITTLE;
        let start = HEADER_SIZE + entries.len() * ENTRY_SIZE;
        for (name, path, capabilities) in entries {
            let mut place = |text: &str| {
                let at = (start + strings.len()) as u32;
                strings.extend(text.bytes().chain([0]));
                at
            };
            let (key, value) = (place(name), place(path));
            for number in [0x303, key, value, 0] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(capabilities.to_le_bytes());
        }
        bytes.extend(strings);
        bytes
    }

    #[test]
    fn a_library_is_found_by_its_name() {
        let bytes =
            cache_of(&[("liba.so", "/x/liba.so", 0), ("libb.so", "/y/libb.so", 1), ("libb.so", "/z/libb.so", 0)]);
        let cache = Cache::parse(&bytes).unwrap();
        assert_eq!(cache.find(OsStr::new("liba.so")).0, [PathBuf::from("/x/liba.so")]);
        let (general, special) = cache.find(OsStr::new("libb.so"));
        assert_eq!((general, special), (vec!["/z/libb.so".into()], vec!["/y/libb.so".into()]));
        assert_eq!(cache.find(OsStr::new("libc.so")), (vec![], vec![]));
    }

    #[test]
    fn a_cache_behind_one_of_the_old_format_is_found() {
        let mut bytes = OLD_MAGIC.to_vec();
        bytes.resize(12, 0);
        bytes.extend(1_u32.to_le_bytes());
        bytes.resize(OLD_HEADER_SIZE + OLD_ENTRY_SIZE, 0);
        bytes.resize(32, 0);
        bytes.extend(cache_of(&[("liba.so", "/x/liba.so", 0)]));
        assert_eq!(Cache::parse(&bytes).unwrap().find(OsStr::new("liba.so")).0.len(), 1);
    }

    #[test]
    fn a_damaged_cache_harms_nobody() {
        let whole = cache_of(&[("liba.so", "/x/liba.so", 0), ("libb.so", "/y/libb.so", 7)]);
        for length in 0..whole.len() {
            if let Some(cache) = Cache::parse(&whole[..length]) {
                cache.find(OsStr::new("libb.so"));
            }
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                if let Some(cache) = Cache::parse(&bytes) {
                    cache.find(OsStr::new("libb.so"));
                }
            }
        }
    }
}
