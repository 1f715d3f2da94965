//! A place in a buffer that moves on with what is read and written.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::Buffer;

/// Reads and writes a buffer from a place on; never makes it larger.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    buffer: &'a Buffer,
    at: u64,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(buffer: &'a Buffer) -> Cursor<'a> {
        Cursor { buffer, at: 0 }
    }

    /// Where it is: bytes from the beginning.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.at
    }

    /// Where the next bytes are, and how many there are, of `wanted`.
    fn next(&self, wanted: usize) -> (usize, usize) {
        let end = self.buffer.len();
        let at = usize::try_from(self.at).map_or(end, |at| at.min(end));
        (at, wanted.min(end - at))
    }
}

impl Read for Cursor<'_> {
    /// Never fails. 0 is the buffer's end.
    fn read(&mut self, place: &mut [u8]) -> io::Result<usize> {
        let (at, count) = self.next(place.len());
        self.buffer.read_at(at, &mut place[..count]).map_err(io::Error::other)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Write for Cursor<'_> {
    /// Fails if the buffer is read-only. 0 is the buffer's end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (at, count) = self.next(bytes.len());
        self.buffer.write_at(at, &bytes[..count]).map_err(io::Error::other)?;
        self.at += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Cursor<'_> {
    /// A place after the end is one, where there is nothing to read.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => (self.buffer.len() as u64).checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the buffer's start"))?;
        Ok(self.at)
    }
}
