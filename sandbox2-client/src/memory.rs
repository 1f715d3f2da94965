//! Memory that others write to at the same time: the second place of unsafe code in this crate, beside `sys`.
//!
//! Owns the system calls of shared memory, and every access to it. What a buffer is, and who may have one, is `buffer`'s.
//!
//! # Why the accesses are sound
//! Another process, which may be hostile, can change any byte of a mapping at any moment. A reference into it would promise the
//! compiler that nobody does, and even a plain or volatile load would be a data race. So the memory of a mapping is no place of the
//! language at all: no reference goes into it, no load or store of Rust touches it, and it is nothing that Rust allocated. Each
//! access is a block of assembly, which the compiler neither looks into, splits, repeats nor leaves out. A block's effect on what the
//! language does know is that of a function from elsewhere: bytes that it could not foresee are in a place that is exclusively the
//! caller's. What the processor does is defined whoever writes meanwhile: each byte that is read is one that somebody has written.
//!
//! A copy calls the system's own `memcpy` from within the block. That costs what `memcpy` costs, and no value of a byte decides what a
//! copy does next, so whatever changes under it, it ends, stays within its two ranges, and fills its destination.

use core::arch::asm;
use core::ffi::{CStr, c_int, c_void};
use core::ptr::NonNull;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
compile_error!("shared memory is written for x86_64, aarch64 and riscv64");

/// An error number.
type Outcome<T> = Result<T, i32>;

fn last_errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)
}

fn outcome(value: c_int) -> Outcome<c_int> {
    if value < 0 { Err(last_errno()) } else { Ok(value) }
}

/// Anonymous memory of size 0 with a descriptor: close-on-exec, sealable, and not executable where the kernel can say so.
pub(crate) fn create(name: &CStr) -> Outcome<OwnedFd> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    let create = |flags| {
        // SAFETY: the name ends with a zero.
        outcome(unsafe { libc::memfd_create(name.as_ptr(), flags) })
    };
    // Kernels before 6.3 do not know the flag.
    let number = match create(flags | libc::MFD_NOEXEC_SEAL) {
        Err(libc::EINVAL) => create(flags)?,
        other => other?,
    };
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Sets the size of a file.
pub(crate) fn resize(file: BorrowedFd<'_>, size: libc::off_t) -> Outcome<()> {
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::ftruncate(file.as_raw_fd(), size) }).map(drop)
}

/// The size of a file.
pub(crate) fn size(file: BorrowedFd<'_>) -> Outcome<u64> {
    // SAFETY: a record of zeros is one.
    let mut stat: libc::stat = unsafe { core::mem::zeroed() };
    // By its number: some C libraries make another call of it, which a policy would have to allow, too.
    // SAFETY: the kernel writes one record, which is laid out as the library's on 64-bit machines.
    outcome(unsafe { libc::syscall(libc::SYS_fstat, file.as_raw_fd(), &raw mut stat) } as c_int)?;
    Ok(u64::try_from(stat.st_size).unwrap_or(0))
}

/// Whether a file's memory is that of ordinary pages, not of the few huge ones that the system has set aside.
pub(crate) fn has_ordinary_pages(file: BorrowedFd<'_>) -> Outcome<bool> {
    // SAFETY: a record of zeros is one.
    let mut about: libc::statfs = unsafe { core::mem::zeroed() };
    // SAFETY: the kernel writes one record.
    outcome(unsafe { libc::fstatfs(file.as_raw_fd(), &raw mut about) })?;
    Ok(about.f_type as u64 == libc::TMPFS_MAGIC as u64)
}

/// What can no longer be done to a file: `F_SEAL_…`.
pub(crate) fn seals(file: BorrowedFd<'_>) -> Outcome<c_int> {
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) })
}

/// Forbids more of what can be done to a file.
pub(crate) fn add_seals(file: BorrowedFd<'_>, seals: c_int) -> Outcome<()> {
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) }).map(drop)
}

/// The beginning of a file, as memory of this process. It is unmapped when it is dropped.
///
/// Whoever makes one sees to it that the file is never smaller, or lives with the signal that touching what is gone brings.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// Where it is mapped; dangling if `len` is 0.
    start: NonNull<u8>,
    len: usize,
    writable: bool,
}

// SAFETY: a mapping belongs to the process, not to a thread.
unsafe impl Send for Mapping {}
// SAFETY: accesses through a shared reference are made by assembly alone, and others may always write: see the module.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps the first `len` bytes, which is at most `isize::MAX`.
    pub(crate) fn new(file: BorrowedFd<'_>, len: usize, writable: bool) -> Outcome<Mapping> {
        if len == 0 {
            return Ok(Mapping { start: NonNull::dangling(), len, writable });
        }
        let access = libc::PROT_READ | if writable { libc::PROT_WRITE } else { 0 };
        // SAFETY: a mapping at a place that the kernel chooses touches no other memory.
        let start = unsafe { libc::mmap(core::ptr::null_mut(), len, access, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        if start == libc::MAP_FAILED {
            return Err(last_errno());
        }
        let start = NonNull::new(start.cast()).ok_or(libc::ENOMEM)?;
        Ok(Mapping { start, len, writable })
    }

    /// Makes the mapping of the same file larger; it may be elsewhere afterwards.
    pub(crate) fn grow(&mut self, file: BorrowedFd<'_>, len: usize) -> Outcome<()> {
        if self.len == 0 {
            *self = Mapping::new(file, len, self.writable)?;
            return Ok(());
        }
        let (old, flags) = (self.start.as_ptr().cast(), libc::MREMAP_MAYMOVE);
        // SAFETY: the mapping is exclusively borrowed and nothing refers into it, so it may go elsewhere.
        let start = unsafe { libc::mremap(old, self.len, len, flags) };
        if start == libc::MAP_FAILED {
            return Err(last_errno());
        }
        self.start = NonNull::new(start.cast()).ok_or(libc::ENOMEM)?;
        self.len = len;
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn writable(&self) -> bool {
        self.writable
    }

    pub(crate) fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// The address of `count` bytes at `offset`, if all of them are in the mapping.
    #[inline]
    fn place(&self, offset: usize, count: usize) -> Option<*mut u8> {
        let end = offset.checked_add(count)?;
        // No access is made through what `wrapping_add` gives unless it is in the mapping.
        (end <= self.len).then(|| self.as_ptr().wrapping_add(offset))
    }

    /// Copies the bytes at `offset` to the end of `to`; whether they are all in the mapping.
    pub(crate) fn append_to(&self, offset: usize, count: usize, to: &mut Vec<u8>) -> bool {
        let Some(from) = self.place(offset, count) else { return false };
        to.reserve(count);
        let spare = to.spare_capacity_mut().as_mut_ptr().cast();
        // SAFETY: that many bytes are reserved in `to`, and that many are mapped; the two are not the same memory.
        unsafe { copy(spare, from, count) };
        let filled = to.len() + count;
        // SAFETY: the bytes up to there are filled in.
        unsafe { to.set_len(filled) };
        true
    }

    /// Copies the bytes at `offset`; whether they are all in the mapping.
    #[inline]
    pub(crate) fn read(&self, offset: usize, to: &mut [u8]) -> bool {
        let Some(from) = self.place(offset, to.len()) else { return false };
        // SAFETY: `to` is exclusively ours, that many bytes are mapped, and a slice never lies in a mapping of ours.
        unsafe { copy(to.as_mut_ptr(), from, to.len()) };
        true
    }

    /// Copies to the bytes at `offset`; whether they are all in the mapping, and it is writable.
    #[inline]
    pub(crate) fn write(&self, offset: usize, from: &[u8]) -> bool {
        let Some(to) = self.place(offset, from.len()).filter(|_| self.writable) else { return false };
        // SAFETY: that many bytes are mapped writable, and a slice never lies in a mapping of ours.
        unsafe { copy(to, from.as_ptr(), from.len()) };
        true
    }

    /// Sets the bytes at `offset` all to one value; whether they are all in the mapping, and it is writable.
    #[inline]
    pub(crate) fn fill(&self, offset: usize, count: usize, byte: u8) -> bool {
        let Some(to) = self.place(offset, count).filter(|_| self.writable) else { return false };
        // SAFETY: that many bytes are mapped writable.
        unsafe { set(to, byte, count) };
        true
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.len > 0 {
            // SAFETY: the mapping is ours alone, and nothing refers into it. It cannot fail for a range that is mapped.
            unsafe { libc::munmap(self.start.as_ptr().cast(), self.len) };
        }
    }
}

/// Copies bytes of which either side may be shared.
///
/// # Safety
/// `from` can be read and `to` can be written for `count` bytes; the two do not overlap; the side that is not in a mapping is the
/// caller's for that time.
#[inline]
unsafe fn copy(to: *mut u8, from: *const u8, count: usize) {
    let function: unsafe extern "C" fn(*mut c_void, *const c_void, usize) -> *mut c_void = libc::memcpy;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a call by the system's convention, whose registers are given up, of `memcpy`, whose demands are the caller's.
    unsafe {
        asm!("call {}", in(reg) function, in("rdi") to, in("rsi") from, in("rdx") count, clobber_abi("C"));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a call by the system's convention, whose registers are given up, of `memcpy`, whose demands are the caller's.
    unsafe {
        asm!("blr {}", in(reg) function, in("x0") to, in("x1") from, in("x2") count, clobber_abi("C"));
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: a call by the system's convention, whose registers are given up, of `memcpy`, whose demands are the caller's.
    unsafe {
        asm!("jalr {}", in(reg) function, in("a0") to, in("a1") from, in("a2") count, clobber_abi("C"));
    }
}

/// Sets shared bytes.
///
/// # Safety
/// `to` can be written for `count` bytes and is in a mapping.
unsafe fn set(to: *mut u8, byte: u8, count: usize) {
    let function: unsafe extern "C" fn(*mut c_void, c_int, usize) -> *mut c_void = libc::memset;
    let byte = c_int::from(byte);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a call by the system's convention, whose registers are given up, of `memset`, whose demands are the caller's.
    unsafe {
        asm!("call {}", in(reg) function, in("rdi") to, in("esi") byte, in("rdx") count, clobber_abi("C"));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a call by the system's convention, whose registers are given up, of `memset`, whose demands are the caller's.
    unsafe {
        asm!("blr {}", in(reg) function, in("x0") to, in("w1") byte, in("x2") count, clobber_abi("C"));
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: a call by the system's convention, whose registers are given up, of `memset`, whose demands are the caller's.
    unsafe {
        asm!("jalr {}", in(reg) function, in("a0") to, in("a1") byte, in("a2") count, clobber_abi("C"));
    }
}

/// Makes one access of that size: nothing later is done before what is loaded, nothing earlier after what is stored.
macro_rules! single {
    ($($ty:ident $load:ident $store:ident
        x86_64 $reg:ident $x86_load:literal $x86_store:literal
        aarch64 $arm_load:literal $arm_store:literal
        riscv64 $riscv_load:literal $riscv_store:literal;)*) => {
        impl Mapping {
            $(
                /// The number at `offset`; `None` if it is not in the mapping, or not aligned.
                #[inline]
                pub(crate) fn $load(&self, offset: usize) -> Option<$ty> {
                    let from = self.place(offset, size_of::<$ty>()).filter(|at| at.addr() % align_of::<$ty>() == 0)?;
                    let value: $ty;
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: one load of mapped memory.
                    unsafe {
                        asm!($x86_load, value = out($reg) value, at = in(reg) from, options(nostack, preserves_flags));
                    }
                    #[cfg(target_arch = "aarch64")]
                    // SAFETY: one load of mapped memory.
                    unsafe {
                        asm!($arm_load, value = out(reg) value, at = in(reg) from, options(nostack, preserves_flags));
                    }
                    #[cfg(target_arch = "riscv64")]
                    // SAFETY: one load of mapped memory.
                    unsafe {
                        asm!(
                            $riscv_load, "fence r, rw",
                            value = out(reg) value, at = in(reg) from, options(nostack, preserves_flags)
                        );
                    }
                    Some(value)
                }

                /// Sets the number at `offset`; `None` if it is not in the mapping, not aligned, or not writable.
                #[inline]
                pub(crate) fn $store(&self, offset: usize, value: $ty) -> Option<()> {
                    let to = self.place(offset, size_of::<$ty>()).filter(|at| at.addr() % align_of::<$ty>() == 0)?;
                    if !self.writable {
                        return None;
                    }
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: one store to memory that is mapped writable.
                    unsafe {
                        asm!($x86_store, value = in($reg) value, at = in(reg) to, options(nostack, preserves_flags));
                    }
                    #[cfg(target_arch = "aarch64")]
                    // SAFETY: one store to memory that is mapped writable.
                    unsafe {
                        asm!($arm_store, value = in(reg) value, at = in(reg) to, options(nostack, preserves_flags));
                    }
                    #[cfg(target_arch = "riscv64")]
                    // SAFETY: one store to memory that is mapped writable.
                    unsafe {
                        asm!(
                            "fence rw, w", $riscv_store,
                            value = in(reg) value, at = in(reg) to, options(nostack, preserves_flags)
                        );
                    }
                    Some(())
                }
            )*
        }
    };
}

single! {
    u8 load_u8 store_u8
        x86_64 reg_byte "mov {value}, byte ptr [{at}]" "mov byte ptr [{at}], {value}"
        aarch64 "ldarb {value:w}, [{at}]" "stlrb {value:w}, [{at}]"
        riscv64 "lbu {value}, 0({at})" "sb {value}, 0({at})";
    u32 load_u32 store_u32
        x86_64 reg "mov {value:e}, dword ptr [{at}]" "mov dword ptr [{at}], {value:e}"
        aarch64 "ldar {value:w}, [{at}]" "stlr {value:w}, [{at}]"
        riscv64 "lwu {value}, 0({at})" "sw {value}, 0({at})";
    u64 load_u64 store_u64
        x86_64 reg "mov {value:r}, qword ptr [{at}]" "mov qword ptr [{at}], {value:r}"
        aarch64 "ldar {value:x}, [{at}]" "stlr {value:x}, [{at}]"
        riscv64 "ld {value}, 0({at})" "sd {value}, 0({at})";
}
