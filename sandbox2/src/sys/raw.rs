//! System calls by hand.
//!
//! The sandbox's first process runs on a copy of the host's memory and its second one shares that copy: a C library's
//! `errno`, locks and caches must not be touched there. So this module talks to the kernel directly.

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
compile_error!("sandbox2 supports x86_64, aarch64 and riscv64");

use core::arch::asm;

use super::{Errno, Result};

/// The largest error number that a system call returns (`MAX_ERRNO`).
const MAX_ERRNO: isize = 4095;

/// Makes system call `nr`.
///
/// # Safety
/// The call with these arguments must not break what Rust relies on in this process: memory it writes must be valid for
/// that, descriptors it closes must be the caller's to close.
#[inline(always)]
pub(crate) unsafe fn syscall(nr: libc::c_long, args: [usize; 6]) -> Result<usize> {
    // SAFETY: the caller's promise.
    let value = unsafe { trap(nr, args) };
    decode(value)
}

#[inline(always)]
const fn decode(value: isize) -> Result<usize> {
    if value < 0 && value >= -MAX_ERRNO {
        // At most 4095, so the cast loses nothing.
        Err(Errno(-value as i32))
    } else {
        Ok(value.cast_unsigned())
    }
}

/// # Safety
/// As for [`syscall`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn trap(nr: libc::c_long, args: [usize; 6]) -> isize {
    let value;
    // SAFETY: the kernel's convention: number in rax, arguments in these six, rcx and r11 lost; the rest is the caller's.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") nr as isize => value,
            in("rdi") args[0], in("rsi") args[1], in("rdx") args[2],
            in("r10") args[3], in("r8") args[4], in("r9") args[5],
            lateout("rcx") _, lateout("r11") _,
            options(nostack),
        );
    }
    value
}

/// # Safety
/// As for [`syscall`].
#[cfg(target_arch = "aarch64")]
#[inline(always)]
unsafe fn trap(nr: libc::c_long, args: [usize; 6]) -> isize {
    let value;
    // SAFETY: the kernel's convention: number in x8, arguments in x0 to x5, all others kept; the rest is the caller's.
    unsafe {
        asm!(
            "svc #0",
            in("x8") nr as isize,
            inlateout("x0") args[0] => value,
            in("x1") args[1], in("x2") args[2], in("x3") args[3], in("x4") args[4], in("x5") args[5],
            options(nostack),
        );
    }
    value
}

/// # Safety
/// As for [`syscall`].
#[cfg(target_arch = "riscv64")]
#[inline(always)]
unsafe fn trap(nr: libc::c_long, args: [usize; 6]) -> isize {
    let value;
    // SAFETY: the kernel's convention: number in a7, arguments in a0 to a5; vector registers are lost.
    unsafe {
        asm!(
            "ecall",
            in("a7") nr as isize,
            inlateout("a0") args[0] => value,
            in("a1") args[1], in("a2") args[2], in("a3") args[3], in("a4") args[4], in("a5") args[5],
            options(nostack),
        );
    }
    value
}

/// Where a new process begins.
pub(crate) type Entry = extern "C" fn(*const ()) -> !;

/// `clone3` whose child runs `entry(argument)` on the stack that the `size` bytes at `clone` name; returns in the parent.
///
/// # Safety
/// `clone` must point to valid `clone_args` with a stack that nobody else uses while the child runs, 16-byte aligned at
/// its top. `argument` must be what `entry` expects, valid in the child. With `CLONE_VM` the parent must keep everything
/// that the child refers to until the child has left this memory.
#[inline(never)]
pub(crate) unsafe fn clone3(clone: *const (), size: usize, entry: Entry, argument: *const ()) -> Result<usize> {
    let value: isize;
    // Early clobbers (`out`, not `lateout`): the child still needs `entry` and `argument` after the call.
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the parent sees a plain system call; the child never leaves `entry`, so it needs no caller's frame.
    unsafe {
        asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "xor ebp, ebp",
            "mov rdi, {argument}",
            "call {entry}",
            "ud2",
            "2:",
            entry = in(reg) entry,
            argument = in(reg) argument,
            inlateout("rax") libc::SYS_clone3 => value,
            in("rdi") clone, in("rsi") size,
            out("rcx") _, out("r11") _,
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        asm!(
            "svc #0",
            "cbnz x0, 2f",
            "mov x29, xzr",
            "mov x30, xzr",
            "mov x0, {argument}",
            "blr {entry}",
            "brk #1",
            "2:",
            entry = in(reg) entry,
            argument = in(reg) argument,
            in("x8") libc::SYS_clone3,
            inlateout("x0") clone => value,
            in("x1") size,
            out("x30") _,
        );
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: as above.
    unsafe {
        asm!(
            "ecall",
            "bnez a0, 2f",
            "li s0, 0",
            "li ra, 0",
            "mv a0, {argument}",
            "jalr {entry}",
            "unimp",
            "2:",
            entry = in(reg) entry,
            argument = in(reg) argument,
            in("a7") libc::SYS_clone3,
            inlateout("a0") clone => value,
            in("a1") size,
            out("ra") _,
        );
    }
    decode(value)
}

/// Dies at once by an illegal instruction: what is left to a process whose every system call is filtered.
#[inline(always)]
pub(crate) fn die() -> ! {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: raises SIGILL and does not return.
    unsafe {
        asm!("ud2", options(noreturn, nostack))
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: raises SIGILL and does not return.
    unsafe {
        asm!("udf #0", options(noreturn, nostack))
    }
    #[cfg(target_arch = "riscv64")]
    // SAFETY: raises SIGILL and does not return.
    unsafe {
        asm!("unimp", options(noreturn, nostack))
    }
}
