//! Memory that a host and its sandboxee share.
//!
//! Owns what a buffer is, and which descriptors may become one. The system calls and the accesses themselves are `memory`'s; a
//! buffer's descriptor goes to the other side over a [`Comms`](crate::Comms) or as a mapped descriptor.

mod cursor;
mod error;

use std::ffi::{CString, OsStr, OsString};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

pub use self::cursor::Cursor;
pub use self::error::BufferError;
use crate::memory::{self, Mapping};

/// The largest buffer, in bytes, that [`Buffer::from_fd`] makes of a descriptor: 256 MiB.
pub const DEFAULT_MAX_BUFFER: usize = 256 << 20;

/// The most bytes that an object of this process can have.
const MOST: usize = isize::MAX as usize;

type Result<T> = core::result::Result<T, BufferError>;

fn failed(what: &'static str) -> impl Fn(i32) -> BufferError {
    move |errno| BufferError::System { what, errno }
}

/// Shared memory: a descriptor, and the beginning of its bytes mapped into this process.
///
/// Every access copies: **the other side can change any byte at any time**, also between two reads of the same one. Check what was
/// copied out, never what is still in the buffer.
///
/// The memory of a buffer is sealed against shrinking, by whoever made it or when it is mapped here. So nobody can take away pages
/// from under this process, which would end it with `SIGBUS`. What the other side can still do is to make the file larger, which
/// changes nothing here, and to set bytes to zero.
///
/// Threads may share a buffer. Single numbers can be [loaded](Buffer::load_u32) and [stored](Buffer::store_u32) in order with what
/// comes before and after; larger copies are not in any order among themselves, and not one step.
///
/// A sandboxee that makes buffers needs `memfd_create`, `ftruncate`, `fcntl` (`F_ADD_SEALS`), `mmap` and `munmap`; one that is given
/// descriptors needs `fcntl` (`F_GET_SEALS`), `fstatfs`, `fstat`, `mmap` and `munmap`; [`expand`](Buffer::expand) needs `fstat`,
/// `ftruncate` and `mremap`.
///
/// # Examples
/// ```
/// use std::os::fd::AsFd;
///
/// use sandbox2_client::{Buffer, Comms};
///
/// let (mut host, mut sandboxee) = Comms::pair()?;
/// let ours = Buffer::new(1 << 20)?;
/// host.send_descriptor(ours.as_fd())?;
///
/// let theirs = Buffer::from_fd(sandboxee.receive_descriptor()?)?;
/// theirs.write_at(1000, b"from inside")?;
///
/// let mut bytes = [0; 11];
/// ours.read_at(1000, &mut bytes)?;
/// assert_eq!(&bytes, b"from inside");
/// # Ok::<(), sandbox2_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Buffer {
    file: OwnedFd,
    mapping: Mapping,
}

impl Buffer {
    /// A buffer of `size` bytes, all 0.
    ///
    /// No memory is taken before a byte is touched. 0 is a size too.
    ///
    /// # Errors
    /// If it cannot be had.
    pub fn new(size: usize) -> Result<Buffer> {
        Buffer::named("buffer", size)
    }

    /// A buffer of `size` bytes, all 0, with a name that is shown in `/proc`.
    ///
    /// # Errors
    /// If it cannot be had: the name has at most 249 bytes, none of them 0.
    pub fn named(name: &str, size: usize) -> Result<Buffer> {
        const WHAT: &str = "making shared memory";
        let length = file_size(size)?;
        let name = CString::new(name).map_err(|_| failed(WHAT)(libc::EINVAL))?;
        let file = memory::create(&name).map_err(failed(WHAT))?;
        if size > 0 {
            memory::resize(file.as_fd(), length).map_err(failed("giving shared memory its size"))?;
        }
        memory::add_seals(file.as_fd(), libc::F_SEAL_SHRINK).map_err(failed("sealing shared memory"))?;
        map(file, size, true)
    }

    /// A buffer with these bytes.
    ///
    /// # Errors
    /// If it cannot be had.
    pub fn from_bytes(bytes: &[u8]) -> Result<Buffer> {
        let buffer = Buffer::new(bytes.len())?;
        buffer.write_at(0, bytes)?;
        Ok(buffer)
    }

    /// All the memory of a descriptor that may come from a hostile other side, up to [`DEFAULT_MAX_BUFFER`] bytes.
    ///
    /// It must be memory of ordinary pages (`memfd_create`, as [`Buffer::new`] makes it) that nobody can make smaller any more. If
    /// that is not forbidden yet, it is now. A file on a disk, or in a file system of the other side's, could be truncated under this
    /// process, or let it wait; there is [`danger_from_fd_unsealed`](Buffer::danger_from_fd_unsealed) for those that can be trusted.
    ///
    /// # Errors
    /// If the descriptor is something else, or is larger; then it is closed.
    pub fn from_fd(descriptor: OwnedFd) -> Result<Buffer> {
        Buffer::from_fd_up_to(descriptor, DEFAULT_MAX_BUFFER)
    }

    /// As [`from_fd`](Buffer::from_fd), up to `most` bytes: what this process can be made to pay by reading all of it.
    ///
    /// # Errors
    /// As for [`from_fd`](Buffer::from_fd).
    pub fn from_fd_up_to(descriptor: OwnedFd, most: usize) -> Result<Buffer> {
        whole(descriptor, most, true)
    }

    /// As [`from_fd`](Buffer::from_fd), but only to be read: also from a descriptor that cannot be written to, or that
    /// [`seal_writes`](Buffer::seal_writes) was called for.
    ///
    /// # Errors
    /// As for [`from_fd`](Buffer::from_fd).
    pub fn from_fd_read_only(descriptor: OwnedFd) -> Result<Buffer> {
        whole(descriptor, DEFAULT_MAX_BUFFER, false)
    }

    /// The first `size` bytes of a descriptor's memory.
    ///
    /// # Errors
    /// As for [`from_fd`](Buffer::from_fd), or if there are not as many; the size is the caller's own, without another limit.
    pub fn from_fd_with_size(descriptor: OwnedFd, size: usize) -> Result<Buffer> {
        file_size(size)?;
        secure(descriptor.as_fd(), true)?;
        prefix(descriptor, size, true)
    }

    /// The first `size` bytes of any file that can be mapped, which whoever else has it may make smaller.
    ///
    /// **Whoever can truncate the file can end this process**: touching bytes that are gone brings `SIGBUS`. Only for files that no
    /// sandboxee can write to.
    ///
    /// # Errors
    /// If it has not as many bytes, or cannot be mapped for reading and writing; then it is closed.
    pub fn danger_from_fd_unsealed(descriptor: OwnedFd, size: usize) -> Result<Buffer> {
        file_size(size)?;
        prefix(descriptor, size, true)
    }

    /// Makes the buffer larger; contents, descriptor and name stay. A file that has as many bytes already keeps its size.
    ///
    /// Nothing happens if it has that size. The other side still has mapped what it had, and can do the same.
    ///
    /// # Errors
    /// If it is larger than `size`, if growing is [forbidden](Buffer::seal_size), or if there is no room; then it is as before.
    pub fn expand(&mut self, size: usize) -> Result<()> {
        let length = file_size(size)?;
        if size < self.len() {
            return Err(BufferError::Shrinks { from: self.len(), to: size });
        }
        if size == self.len() {
            return Ok(());
        }
        if memory::size(self.as_fd()).map_err(failed(FINDING_SIZE))? < size as u64 {
            // Others may make it larger at the same time. Then this fails, as it would shrink, and there is nothing left to do.
            if let Err(errno) = memory::resize(self.as_fd(), length)
                && memory::size(self.as_fd()).map_err(failed(FINDING_SIZE))? < size as u64
            {
                return Err(failed("making shared memory larger")(errno));
            }
        }
        self.mapping.grow(self.file.as_fd(), size).map_err(failed(MAPPING))
    }

    /// Forbids for everybody and for good to make the memory larger. No other seals can be added afterwards.
    ///
    /// Without it whoever has the descriptor can take as much memory as its own limits allow.
    ///
    /// # Errors
    /// If the memory was sealed otherwise before.
    pub fn seal_size(&self) -> Result<()> {
        self.seal(libc::F_SEAL_GROW | libc::F_SEAL_SEAL)
    }

    /// Forbids everybody to write, but through what is mapped writable already: this buffer, for one. Others can only map it
    /// [read-only](Buffer::from_fd_read_only), so that nothing comes back this way.
    ///
    /// # Errors
    /// If the memory was sealed otherwise before.
    pub fn seal_writes(&self) -> Result<()> {
        self.seal(libc::F_SEAL_FUTURE_WRITE)
    }

    fn seal(&self, wanted: i32) -> Result<()> {
        const WHAT: &str = "sealing shared memory";
        let there = memory::seals(self.as_fd()).map_err(failed(WHAT))?;
        if there & wanted == wanted {
            return Ok(());
        }
        memory::add_seals(self.as_fd(), wanted).map_err(failed(WHAT))
    }

    /// Another buffer over the same memory, with a descriptor and a mapping of its own.
    ///
    /// # Errors
    /// If there are no descriptors or no address space left, or this one can be written to and [others cannot](Buffer::seal_writes).
    pub fn try_clone(&self) -> Result<Buffer> {
        let copied = self.file.try_clone();
        let file = copied.map_err(|error| failed("copying a descriptor")(error.raw_os_error().unwrap_or(libc::EIO)))?;
        map(file, self.len(), self.mapping.writable())
    }

    /// The name that it was made with, for people only: the other side may have chosen it, with any byte but 0 in it.
    ///
    /// # Errors
    /// If there is no `/proc`.
    pub fn name(&self) -> Result<OsString> {
        let link = std::fs::read_link(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
            .map_err(|error| failed("finding a buffer's name")(error.raw_os_error().unwrap_or(libc::EIO)))?;
        let bytes = link.as_os_str().as_bytes();
        let bytes = bytes.strip_prefix(b"/memfd:").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b" (deleted)").unwrap_or(bytes);
        Ok(OsStr::from_bytes(bytes).to_owned())
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mapping.len()
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is mapped for reading only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        !self.mapping.writable()
    }

    /// Where its first byte is, until it is [expanded](Buffer::expand) or dropped. Without bytes: nowhere that may be touched.
    ///
    /// For those who know: no reference may go there, and no access of the language but atomic ones, as others write at the same time.
    #[must_use]
    pub fn as_ptr(&self) -> *mut u8 {
        self.mapping.as_ptr()
    }

    /// The descriptor alone; the mapping ends.
    #[must_use]
    pub fn into_fd(self) -> OwnedFd {
        self.file
    }

    /// Copies the bytes at `offset` into `place`, all of it. While others write it may be a mixture.
    ///
    /// # Errors
    /// If they are not all in the buffer; then nothing is copied.
    #[inline]
    pub fn read_at(&self, offset: usize, place: &mut [u8]) -> Result<()> {
        let count = place.len();
        if self.mapping.read(offset, place) { Ok(()) } else { Err(self.out_of_range(offset, count)) }
    }

    /// Copies `bytes` to `offset`.
    ///
    /// # Errors
    /// If they do not all fit in the buffer, or it is read-only; then nothing is copied.
    #[inline]
    pub fn write_at(&self, offset: usize, bytes: &[u8]) -> Result<()> {
        if self.mapping.write(offset, bytes) { Ok(()) } else { Err(self.not_writable(offset, bytes.len())) }
    }

    /// Sets `count` bytes from `offset` on to `byte`.
    ///
    /// # Errors
    /// If they are not all in the buffer, or it is read-only; then nothing is set.
    #[inline]
    pub fn fill(&self, offset: usize, count: usize, byte: u8) -> Result<()> {
        if self.mapping.fill(offset, count, byte) { Ok(()) } else { Err(self.not_writable(offset, count)) }
    }

    /// A copy of all the bytes.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.mapping.append_to(0, self.len(), &mut bytes);
        bytes
    }

    /// Reads and writes one after the other, from the first byte on.
    #[must_use]
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor::new(self)
    }

    #[cold]
    fn out_of_range(&self, offset: usize, count: usize) -> BufferError {
        BufferError::Range { offset, count, size: self.len() }
    }

    #[cold]
    fn not_writable(&self, offset: usize, count: usize) -> BufferError {
        if self.is_read_only() { BufferError::ReadOnly } else { self.out_of_range(offset, count) }
    }

    #[cold]
    fn no_number(&self, offset: usize, count: usize) -> BufferError {
        let inside = offset.checked_add(count).is_some_and(|end| end <= self.len());
        if inside && !offset.is_multiple_of(count) {
            return BufferError::Misaligned { offset, to: count };
        }
        self.out_of_range(offset, count)
    }
}

/// Makes the accesses to single numbers of a type.
macro_rules! numbers {
    ($($ty:ident $load:ident $store:ident;)*) => {
        impl Buffer {
            $(
                #[doc = concat!("The `", stringify!($ty), "` at `offset`, in this machine's byte order, in one step.")]
                ///
                /// What is read afterwards is not older than what was stored before this number was (acquire).
                ///
                /// # Errors
                /// If it is not in the buffer, or `offset` is no multiple of its size.
                #[inline]
                pub fn $load(&self, offset: usize) -> Result<$ty> {
                    self.mapping.$load(offset).ok_or_else(|| self.no_number(offset, size_of::<$ty>()))
                }

                #[doc = concat!("Sets the `", stringify!($ty), "` at `offset`, in this machine's byte order, in one step.")]
                ///
                /// Whoever loads this number sees what was written before (release).
                ///
                /// # Errors
                /// If it is not in the buffer, `offset` is no multiple of its size, or the buffer is read-only.
                #[inline]
                pub fn $store(&self, offset: usize, value: $ty) -> Result<()> {
                    if self.is_read_only() {
                        return Err(BufferError::ReadOnly);
                    }
                    self.mapping.$store(offset, value).ok_or_else(|| self.no_number(offset, size_of::<$ty>()))
                }
            )*
        }
    };
}

numbers! {
    u8 load_u8 store_u8;
    u32 load_u32 store_u32;
    u64 load_u64 store_u64;
}

impl AsFd for Buffer {
    /// The memory's descriptor: whoever is given it shares the memory.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl From<Buffer> for OwnedFd {
    fn from(buffer: Buffer) -> OwnedFd {
        buffer.into_fd()
    }
}

const FINDING_SIZE: &str = "finding the size of shared memory";
const MAPPING: &str = "mapping shared memory";

/// A size as the system takes it.
fn file_size(size: usize) -> Result<libc::off_t> {
    let too_large = BufferError::TooLarge { size: size as u64, most: MOST };
    if size > MOST { Err(too_large) } else { libc::off_t::try_from(size).map_err(|_| too_large) }
}

/// Sees to it that a descriptor is memory of ordinary pages that never gets smaller.
fn secure(descriptor: BorrowedFd<'_>, writable: bool) -> Result<()> {
    let seals = match memory::seals(descriptor) {
        Ok(seals) => seals,
        // Only memory has seals.
        Err(libc::EINVAL) => return Err(BufferError::NotMemory),
        Err(errno) => return Err(failed("finding the seals of shared memory")(errno)),
    };
    // Huge pages that were given back need not be there again when they are touched.
    if !memory::has_ordinary_pages(descriptor).map_err(failed("finding the kind of shared memory"))? {
        return Err(BufferError::NotMemory);
    }
    if seals & libc::F_SEAL_SHRINK == 0 {
        memory::add_seals(descriptor, libc::F_SEAL_SHRINK).map_err(|_| BufferError::NotSealed)?;
    }
    if writable && seals & (libc::F_SEAL_WRITE | libc::F_SEAL_FUTURE_WRITE) != 0 {
        return Err(BufferError::ReadOnly);
    }
    Ok(())
}

fn whole(descriptor: OwnedFd, most: usize, writable: bool) -> Result<Buffer> {
    secure(descriptor.as_fd(), writable)?;
    // It may get larger from here on, but not smaller.
    let size = memory::size(descriptor.as_fd()).map_err(failed(FINDING_SIZE))?;
    let most = most.min(MOST);
    match usize::try_from(size) {
        Ok(size) if size <= most => map(descriptor, size, writable),
        _ => Err(BufferError::TooLarge { size, most }),
    }
}

fn prefix(descriptor: OwnedFd, size: usize, writable: bool) -> Result<Buffer> {
    let found = memory::size(descriptor.as_fd()).map_err(failed(FINDING_SIZE))?;
    if found < size as u64 {
        return Err(BufferError::Short { wanted: size, found });
    }
    map(descriptor, size, writable)
}

fn map(file: OwnedFd, size: usize, writable: bool) -> Result<Buffer> {
    match Mapping::new(file.as_fd(), size, writable) {
        Ok(mapping) => Ok(Buffer { file, mapping }),
        // The descriptor was opened for reading only, or writing was sealed meanwhile.
        Err(libc::EACCES | libc::EPERM) if writable => Err(BufferError::ReadOnly),
        Err(errno) => Err(failed(MAPPING)(errno)),
    }
}

#[cfg(test)]
mod tests;
