//! The functions of shared memory that C programs call, with any offsets and lengths, on descriptors of any kind.
//!
//! Holds for every input: bytes are those that were written; what is not all in the buffer is refused, and nothing of it is done; nobody
//! can make the memory smaller; descriptors are closed, memory is unmapped.

use core::ffi::c_int;
use core::ptr::null_mut;
use std::fs::File;
use std::os::fd::{BorrowedFd, IntoRawFd, OwnedFd};

use nix::unistd::ftruncate;
use sandbox2_client_c::*;

use crate::measure;
use crate::script::Script;

/// The most bytes of a buffer here.
const MOST: usize = 1 << 16;

/// More than any memory has begins here.
const BEYOND: usize = isize::MAX as usize;

/// Runs one input.
///
/// # Panics
/// If something does not hold.
pub fn run(bytes: &[u8]) {
    measure::measured(|| {
        let mapped = mappings();
        play(Script::new(bytes));
        assert_eq!(mappings(), mapped, "memory is still mapped");
        bytes.len() * 64 + 32 * MOST
    });
}

/// How much shared memory of buffers this process has mapped.
fn mappings() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("/proc is there");
    maps.lines().filter(|line| line.contains("memfd:")).count()
}

/// A buffer of the library's, and what should be in it.
#[derive(Debug)]
struct Held {
    buffer: *mut Buffer,
    model: Vec<u8>,
}

fn play(mut script: Script<'_>) {
    let Some(mut held) = Held::new(&mut script) else { return };
    while let Some(step) = script.step() {
        match step % 10 {
            0 => held.read(&mut script),
            1 => held.write(&mut script),
            2 => held.fill(&mut script),
            3 => held.load(&mut script),
            4 => held.store(&mut script),
            5 => held.expand(&mut script),
            // SAFETY: the handle lives.
            6 if step >= 240 => held.sealed(unsafe { sandbox2_buffer_seal_size(held.buffer) }),
            // SAFETY: the handle lives.
            7 if step >= 240 => held.sealed(unsafe { sandbox2_buffer_seal_writes(held.buffer) }),
            8 => held.truncate(&mut script),
            _ => held.again(),
        }
    }
    held.check();
}

impl Held {
    /// One of so many bytes, of bytes, or of a descriptor; `None` if it is refused.
    fn new(script: &mut Script<'_>) -> Option<Held> {
        let (kind, mut buffer, mut model) = (script.byte(), null_mut(), Vec::new());
        let code = match kind % 4 {
            0 => {
                let size = script.word() as usize % MOST;
                model = vec![0; size];
                // SAFETY: there is a place.
                unsafe { sandbox2_buffer_new(size, c"fuzzed".as_ptr(), &raw mut buffer) }
            }
            1 => {
                let bytes = script.bytes();
                model = bytes.to_vec();
                // SAFETY: there are as many bytes, and a place.
                unsafe { sandbox2_buffer_from_bytes(bytes.as_ptr(), bytes.len(), &raw mut buffer) }
            }
            2 => {
                let descriptor = other_descriptor(script)?.into_raw_fd();
                let size = number(script, 0);
                // SAFETY: the descriptor is given away, and there is a place.
                let code = unsafe { sandbox2_buffer_from_descriptor_with_size(descriptor, size, &raw mut buffer) };
                assert!(code != 0 || size == 0, "something else was taken for memory");
                code
            }
            _ => {
                let descriptor = other_descriptor(script)?.into_raw_fd();
                // SAFETY: the descriptor is given away, and there is a place.
                let code = unsafe { sandbox2_buffer_from_descriptor(descriptor, MOST, &raw mut buffer) };
                assert_ne!(code, 0, "something else was taken for memory");
                code
            }
        };
        assert_eq!(code == 0, !buffer.is_null());
        (code == 0).then_some(Held { buffer, model })
    }

    fn fits(&self, offset: usize, length: usize) -> bool {
        offset.checked_add(length).is_some_and(|end| end <= self.model.len())
    }

    fn read(&self, script: &mut Script<'_>) {
        let (offset, length) = (number(script, self.model.len()), usize::from(script.byte()));
        let mut place = vec![0xaa; length];
        // SAFETY: the handle lives, and there is as much room.
        let code = unsafe { sandbox2_buffer_read_at(self.buffer, offset, place.as_mut_ptr(), length) };
        assert_eq!(code == 0, self.fits(offset, length));
        if code == 0 {
            assert_eq!(place, self.model[offset..offset + length]);
        } else {
            assert!(place.iter().all(|byte| *byte == 0xaa));
        }
    }

    fn write(&mut self, script: &mut Script<'_>) {
        let (offset, bytes) = (number(script, self.model.len()), script.bytes());
        // SAFETY: the handle lives, and there are as many bytes.
        let code = unsafe { sandbox2_buffer_write_at(self.buffer, offset, bytes.as_ptr(), bytes.len()) };
        assert_eq!(code == 0, self.fits(offset, bytes.len()), "{code}");
        if code == 0 {
            self.model[offset..offset + bytes.len()].copy_from_slice(bytes);
        }
    }

    fn fill(&mut self, script: &mut Script<'_>) {
        let (offset, length) = (number(script, self.model.len()), number(script, self.model.len()));
        let byte = script.byte();
        // SAFETY: the handle lives.
        let code = unsafe { sandbox2_buffer_fill(self.buffer, offset, length, byte) };
        assert_eq!(code == 0, self.fits(offset, length), "{code}");
        if code == 0 {
            self.model[offset..offset + length].fill(byte);
        }
    }

    fn load(&self, script: &mut Script<'_>) {
        let offset = number(script, self.model.len());
        let (mut small, mut middle, mut large) = (0_u8, 0_u32, 0_u64);
        // SAFETY: the handle lives, and there is a place.
        let code = unsafe { sandbox2_buffer_load_u8(self.buffer, offset, &raw mut small) };
        self.loaded(code, offset, &small.to_ne_bytes());
        // SAFETY: as above.
        let code = unsafe { sandbox2_buffer_load_u32(self.buffer, offset, &raw mut middle) };
        self.loaded(code, offset, &middle.to_ne_bytes());
        // SAFETY: as above.
        let code = unsafe { sandbox2_buffer_load_u64(self.buffer, offset, &raw mut large) };
        self.loaded(code, offset, &large.to_ne_bytes());
    }

    fn loaded(&self, code: c_int, offset: usize, value: &[u8]) {
        let there = self.fits(offset, value.len()) && offset.is_multiple_of(value.len());
        assert_eq!(code == 0, there, "{code}");
        assert!(!there || self.model[offset..offset + value.len()] == *value);
    }

    fn store(&mut self, script: &mut Script<'_>) {
        let (offset, value) = (number(script, self.model.len()), script.word());
        let wide = u64::from(value) << 32 | u64::from(value);
        // SAFETY: the handle lives.
        let code = unsafe { sandbox2_buffer_store_u8(self.buffer, offset, value as u8) };
        self.stored(code, offset, &[value as u8]);
        // SAFETY: the handle lives.
        let code = unsafe { sandbox2_buffer_store_u32(self.buffer, offset, value) };
        self.stored(code, offset, &value.to_ne_bytes());
        // SAFETY: the handle lives.
        let code = unsafe { sandbox2_buffer_store_u64(self.buffer, offset, wide) };
        self.stored(code, offset, &wide.to_ne_bytes());
    }

    fn stored(&mut self, code: c_int, offset: usize, value: &[u8]) {
        let there = self.fits(offset, value.len()) && offset.is_multiple_of(value.len());
        assert_eq!(code == 0, there, "{code}");
        if there {
            self.model[offset..offset + value.len()].copy_from_slice(value);
        }
    }

    fn expand(&mut self, script: &mut Script<'_>) {
        let size = match number(script, self.model.len()) {
            // The model is ordinary memory.
            possible @ MOST..=BEYOND => possible % MOST,
            size => size,
        };
        // SAFETY: the handle lives.
        let code = unsafe { sandbox2_buffer_expand(self.buffer, size) };
        if code == 0 {
            assert!(size >= self.model.len(), "a buffer was made smaller");
            self.model.resize(size, 0);
        }
        self.check();
    }

    /// What is sealed cannot be sealed twice; the bytes are as before.
    fn sealed(&self, code: c_int) {
        assert_ne!(code, Code::Argument as c_int);
        self.check();
    }

    /// The other side tries to make the memory smaller.
    fn truncate(&self, script: &mut Script<'_>) {
        // SAFETY: the handle lives.
        let number = unsafe { sandbox2_buffer_descriptor(self.buffer) };
        // SAFETY: it is open as long as the buffer lives.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        let size = usize::from(script.byte());
        assert!(size >= self.model.len() || ftruncate(descriptor, size as i64).is_err(), "memory was taken away");
    }

    /// A second buffer of the same memory, as the other side has one, sees the same.
    fn again(&self) {
        // SAFETY: the handle lives.
        let number = unsafe { sandbox2_buffer_descriptor(self.buffer) };
        // SAFETY: it is open as long as the buffer lives.
        let Ok(copy) = unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned() else { return };
        let mut buffer = null_mut();
        let most = MOST;
        // SAFETY: the descriptor is given away, and there is a place.
        let code = unsafe { sandbox2_buffer_from_descriptor(copy.into_raw_fd(), most, &raw mut buffer) };
        assert_eq!(code == 0, !buffer.is_null());
        if code == 0 {
            Held { buffer, model: self.model.clone() }.check();
        }
    }

    fn check(&self) {
        // SAFETY: the handle lives.
        let size = unsafe { sandbox2_buffer_size(self.buffer) };
        assert_eq!(size, self.model.len());
        let mut place = vec![0xaa; size];
        // SAFETY: the handle lives, and there is as much room.
        assert_eq!(unsafe { sandbox2_buffer_read_at(self.buffer, 0, place.as_mut_ptr(), size) }, 0);
        assert!(place == self.model);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: it is not used any more.
        unsafe { sandbox2_buffer_free(self.buffer) };
    }
}

/// A descriptor that is no memory which stays.
fn other_descriptor(script: &mut Script<'_>) -> Option<OwnedFd> {
    match script.byte() % 4 {
        0 => File::open("/dev/null").ok().map(OwnedFd::from),
        1 => std::io::pipe().ok().map(|(reader, _)| OwnedFd::from(reader)),
        2 => File::open("/proc/self/exe").ok().map(OwnedFd::from),
        _ => File::open("/").ok().map(OwnedFd::from),
    }
}

/// A number near what matters.
fn number(script: &mut Script<'_>, size: usize) -> usize {
    let (kind, by) = (script.byte(), usize::from(script.byte()));
    match kind % 5 {
        0 => by,
        1 => size.wrapping_add(by),
        2 => size.saturating_sub(by),
        3 => usize::MAX - by,
        _ => (script.word() as usize) << (by % 32),
    }
}
