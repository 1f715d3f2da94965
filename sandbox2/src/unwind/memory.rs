//! Words of a stopped process's memory, read through a descriptor.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// What is read at once.
const PAGE: u64 = 4096;
/// How many of them are read: more than as many frames as are told can lie in.
const MAX_PAGES: usize = 4096;

/// The memory behind a descriptor of `/proc/<pid>/mem`.
#[derive(Debug)]
pub(crate) struct Memory {
    file: File,
    pages: BTreeMap<u64, Option<Box<[u8]>>>,
}

impl Memory {
    pub(crate) fn new(file: File) -> Memory {
        Memory { file, pages: BTreeMap::new() }
    }

    /// The word at that address, which need not be aligned; `None` if it cannot be read.
    pub(crate) fn word(&mut self, address: u64) -> Option<u64> {
        let mut word = [0; 8];
        for (address, byte) in (address..address.checked_add(8)?).zip(&mut word) {
            *byte = self.byte(address)?;
        }
        Some(u64::from_le_bytes(word))
    }

    fn byte(&mut self, address: u64) -> Option<u8> {
        let page = address - address % PAGE;
        let bytes = match self.pages.get(&page) {
            Some(bytes) => bytes,
            None if self.pages.len() == MAX_PAGES => return None,
            None => {
                let bytes = self.read(page, PAGE).map(Vec::into_boxed_slice);
                self.pages.entry(page).or_insert(bytes)
            }
        };
        bytes.as_ref()?.get(usize::try_from(address % PAGE).ok()?).copied()
    }

    /// So many bytes from that address on; `None` if they cannot all be read.
    pub(crate) fn read(&self, address: u64, length: u64) -> Option<Vec<u8>> {
        // What the kernel has above is nothing of a process's.
        if address > i64::MAX.cast_unsigned().checked_sub(length)? {
            return None;
        }
        let mut bytes = vec![0; usize::try_from(length).ok()?];
        self.file.read_exact_at(&mut bytes, address).ok()?;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Memory {
        Memory::new(File::open("/proc/self/mem").unwrap())
    }

    #[test]
    fn words_are_read_wherever_they_lie() {
        let bytes: Vec<u8> = (0..16_384_u32).map(|index| (index % 251) as u8).collect();
        let start = bytes.as_ptr().addr() as u64;
        let mut memory = own();
        // Aligned, not aligned, and over the boundary of a page.
        let boundary = usize::try_from(PAGE - start % PAGE).unwrap();
        for at in [0, 3, boundary, boundary - 3, boundary + 4093] {
            let word: [u8; 8] = bytes[at..at + 8].try_into().unwrap();
            assert_eq!(memory.word(start + at as u64), Some(u64::from_le_bytes(word)), "{at}");
        }
    }

    #[test]
    fn what_is_not_there_is_no_word() {
        let mut memory = own();
        for address in [0, 1, 4095, i64::MAX as u64 - 7, i64::MAX as u64, 1 << 63, u64::MAX - 8, u64::MAX - 3, u64::MAX]
        {
            assert_eq!(memory.word(address), None, "{address:#x}");
        }
    }

    #[test]
    fn it_stops_after_so_many_pages() {
        let mut memory = own();
        for page in 1..=MAX_PAGES as u64 {
            let _ = memory.word(page * PAGE);
        }
        assert_eq!(memory.pages.len(), MAX_PAGES);
        let word = 5_u64;
        assert_eq!(memory.word(core::ptr::from_ref(&word).addr() as u64), None);
    }
}
