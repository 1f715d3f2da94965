//! Files that other processes have mapped: finding them by name, and telling whether it is they.

use core::ffi::CStr;
use core::mem::size_of;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use super::abi::OpenHow;
use super::{Errno, Result, raw};

/// `RESOLVE_NO_MAGICLINKS`, `RESOLVE_NO_SYMLINKS`, `RESOLVE_IN_ROOT`.
const RESOLVE: u64 = 0x02 | 0x04 | 0x10;

/// `AT_ENTRY`.
const AT_ENTRY: libc::c_ulong = 9;

/// What has that name below `root`, which is its root, for `O_PATH`: nothing happens to it. No symbolic link is followed.
pub(crate) fn find(root: BorrowedFd<'_>, path: &CStr) -> Result<OwnedFd> {
    let how = OpenHow { flags: (libc::O_PATH | libc::O_CLOEXEC) as u64, mode: 0, resolve: RESOLVE };
    let (path, place) = (path.as_ptr().expose_provenance(), core::ptr::from_ref(&how).expose_provenance());
    let args = [root.as_raw_fd() as usize, path, place, size_of::<OpenHow>(), 0, 0];
    // SAFETY: the kernel reads a string and one `open_how`.
    let found = unsafe { raw::syscall(libc::SYS_openat2, args) }?;
    // SAFETY: the kernel has just made it for us.
    Ok(unsafe { OwnedFd::from_raw_fd(found as i32) })
}

/// The first page of a file, mapped into this process so that nobody can look at it: for `/proc/self/maps` to name the file as it names
/// those of others.
#[derive(Debug)]
pub(crate) struct Mapped {
    address: usize,
}

impl Mapped {
    const LENGTH: usize = 1;

    /// Maps a file that is open for reading.
    pub(crate) fn new(file: BorrowedFd<'_>) -> Result<Mapped> {
        let file = file.as_raw_fd() as usize;
        let args = [0, Mapped::LENGTH, libc::PROT_NONE as usize, libc::MAP_PRIVATE as usize, file, 0];
        // SAFETY: the kernel chooses the place, where nothing of ours is.
        unsafe { raw::syscall(libc::SYS_mmap, args) }.map(|address| Mapped { address })
    }

    pub(crate) fn address(&self) -> u64 {
        self.address as u64
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: it was made by `new`, and nothing refers to it.
        let done: Result<usize> = unsafe { raw::syscall(libc::SYS_munmap, [self.address, Mapped::LENGTH, 0, 0, 0, 0]) };
        debug_assert_ne!(done, Err(Errno(libc::EINVAL)));
    }
}

/// An address in the executable of this process: where it begins to run.
pub(crate) fn entry_of_this_program() -> u64 {
    // SAFETY: looks a number up.
    unsafe { libc::getauxval(AT_ENTRY) }
}
