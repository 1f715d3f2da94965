//! What a signal interrupted: a handler returns to a few instructions that ask the kernel to go on where it was.
//!
//! The kernel has put all registers on the stack then. That is written down in the C library's or the kernel's call frame information, but
//! in a form that framehop does not read.
//!
//! # References
//! `sigreturn(2)`; `struct rt_sigframe` and `struct sigcontext` of the architectures.

use crate::unwind::memory::Memory;
use crate::unwind::request::Start;

/// Where, from the stack pointer on, the registers lie.
#[cfg(target_arch = "x86_64")]
mod place {
    pub(super) const FRAME_POINTER: u64 = 120;
    pub(super) const STACK_POINTER: u64 = 160;
    pub(super) const INSTRUCTION_POINTER: u64 = 168;
}
#[cfg(target_arch = "aarch64")]
mod place {
    pub(super) const FRAME_POINTER: u64 = 544;
    pub(super) const LINK: u64 = 552;
    pub(super) const STACK_POINTER: u64 = 560;
    pub(super) const INSTRUCTION_POINTER: u64 = 568;
}

/// Whether what is there is these instructions: `mov $15, %rax; syscall`.
#[cfg(target_arch = "x86_64")]
pub(super) fn is_return(address: u64, memory: &mut Memory) -> bool {
    let start = memory.word(address);
    let end = address.checked_add(8).and_then(|address| memory.word(address));
    start == Some(0x0f00_0000_0fc0_c748) && end.is_some_and(|word| word & 0xff == 0x05)
}

/// Whether what is there is these instructions: `mov x8, #139; svc #0`.
#[cfg(target_arch = "aarch64")]
pub(super) fn is_return(address: u64, memory: &mut Memory) -> bool {
    memory.word(address) == Some(0xd400_0001_d280_1168)
}

/// Where the thread was when the signal came.
pub(super) fn interrupted(stack_pointer: u64, memory: &mut Memory) -> Option<Start> {
    let mut register = |place: u64| memory.word(stack_pointer.checked_add(place)?);
    Some(Start {
        instruction_pointer: register(place::INSTRUCTION_POINTER)?,
        stack_pointer: register(place::STACK_POINTER)?,
        frame_pointer: register(place::FRAME_POINTER)?,
        #[cfg(target_arch = "aarch64")]
        link: register(place::LINK)?,
        #[cfg(not(target_arch = "aarch64"))]
        link: 0,
    })
}
