//! `ptrace(2)`: stopping other tasks, and their registers.
//!
//! A task belongs to the *thread* that attached to it; every call about it must be made by that thread. When the thread ends, the kernel
//! kills what was attached with `EXIT_KILL` and lets the rest go.

use core::mem::size_of;

use libc::c_long;

use super::abi::Rusage;
#[cfg(test)]
use super::abi::SigInfo;
use super::{Errno, Result, raw};

#[cfg(test)]
mod tests;

/// `PTRACE_EVENT_SECCOMP`: a filter returned `RET_TRACE`.
pub(crate) const EVENT_SECCOMP: i32 = libc::PTRACE_EVENT_SECCOMP;
/// `PTRACE_EVENT_STOP`: stopped by [`interrupt`], a group stop, or a new task's first stop.
pub(crate) const EVENT_STOP: i32 = libc::PTRACE_EVENT_STOP;

/// `NT_PRSTATUS`: the general registers.
const PRSTATUS: usize = 1;
/// `NT_ARM_SYSTEM_CALL`: the number of the call that is about to be made.
#[cfg(target_arch = "aarch64")]
const ARM_SYSTEM_CALL: usize = 0x404;

#[cfg(target_arch = "x86_64")]
const WORDS: usize = 27;
#[cfg(target_arch = "aarch64")]
const WORDS: usize = 34;
#[cfg(target_arch = "riscv64")]
const WORDS: usize = 32;
#[cfg(target_arch = "x86_64")]
const _: () = assert!(size_of::<libc::user_regs_struct>() == WORDS * 8);

/// Where in the register set something is.
mod place {
    #[cfg(target_arch = "x86_64")]
    mod arch {
        #[cfg(any(test, feature = "symbolize"))]
        pub(in super::super) const IP: usize = 16;
        #[cfg(any(test, feature = "symbolize"))]
        pub(in super::super) const SP: usize = 19;
        #[cfg(feature = "symbolize")]
        pub(in super::super) const FP: usize = 4;
        pub(in super::super) const NUMBER: usize = 15;
        pub(in super::super) const VALUE: usize = 10;
        #[cfg(test)]
        pub(in super::super) const ARGS: [usize; 6] = [14, 13, 12, 7, 9, 8];
    }
    #[cfg(target_arch = "aarch64")]
    mod arch {
        #[cfg(any(test, feature = "symbolize"))]
        pub(in super::super) const IP: usize = 32;
        #[cfg(any(test, feature = "symbolize"))]
        pub(in super::super) const SP: usize = 31;
        #[cfg(feature = "symbolize")]
        pub(in super::super) const FP: usize = 29;
        pub(in super::super) const NUMBER: usize = 8;
        pub(in super::super) const VALUE: usize = 0;
        #[cfg(test)]
        pub(in super::super) const ARGS: [usize; 6] = [0, 1, 2, 3, 4, 5];
    }
    #[cfg(target_arch = "riscv64")]
    mod arch {
        #[cfg(any(test, feature = "symbolize"))]
        pub(in super::super) const IP: usize = 0;
        #[cfg(any(test, feature = "symbolize"))]
        pub(in super::super) const SP: usize = 2;
        #[cfg(feature = "symbolize")]
        pub(in super::super) const FP: usize = 8;
        pub(in super::super) const NUMBER: usize = 17;
        pub(in super::super) const VALUE: usize = 10;
        #[cfg(test)]
        pub(in super::super) const ARGS: [usize; 6] = [10, 11, 12, 13, 14, 15];
    }
    pub(super) use arch::*;
}

/// The general registers of a stopped task, in the kernel's order (`struct user_regs_struct`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Registers {
    pub(crate) words: [u64; WORDS],
}

impl Registers {
    pub(crate) const ZERO: Registers = Registers { words: [0; WORDS] };

    /// Where it goes on.
    #[cfg(any(test, feature = "symbolize"))]
    pub(crate) fn instruction_pointer(&self) -> u64 {
        self.words[place::IP]
    }

    #[cfg(any(test, feature = "symbolize"))]
    pub(crate) fn stack_pointer(&self) -> u64 {
        self.words[place::SP]
    }

    /// The frame pointer, if the program keeps one.
    #[cfg(feature = "symbolize")]
    pub(crate) fn frame_pointer(&self) -> u64 {
        self.words[place::FP]
    }

    /// The number of the call that it is about to make, at a stop before a call. On aarch64 see [`set_call_number`].
    #[cfg(test)]
    pub(crate) fn call_number(&self) -> u64 {
        self.words[place::NUMBER]
    }

    #[cfg(test)]
    pub(crate) fn arguments(&self) -> [u64; 6] {
        place::ARGS.map(|place| self.words[place])
    }

    /// What the call has returned, at a stop after it: a value or an error number's negative.
    #[cfg(test)]
    pub(crate) fn value(&self) -> u64 {
        self.words[place::VALUE]
    }

    pub(crate) fn set_value(&mut self, value: u64) {
        self.words[place::VALUE] = value;
    }
}

/// `request` about task `tid`.
///
/// # Safety
/// What the kernel writes at `data` must be exclusively the caller's.
unsafe fn ptrace(request: libc::c_uint, tid: i32, address: usize, data: usize) -> Result<usize> {
    // SAFETY: the caller's promise; the memory of other processes is not ours.
    unsafe { raw::syscall(libc::SYS_ptrace, [request as usize, tid as isize as usize, address, data, 0, 0]) }
}

/// A request that writes no memory of ours.
fn plain(request: libc::c_uint, tid: i32, data: usize) -> Result<()> {
    // SAFETY: the requests below read at most a number.
    unsafe { ptrace(request, tid, 0, data) }.map(drop)
}

/// Attaches to a task without stopping it. `options` are `PTRACE_O_*`.
pub(crate) fn seize(tid: i32, options: i32) -> Result<()> {
    plain(libc::PTRACE_SEIZE as libc::c_uint, tid, options as usize)
}

/// Stops a task that runs; a stop is then [waited](wait) for.
pub(crate) fn interrupt(tid: i32) -> Result<()> {
    plain(libc::PTRACE_INTERRUPT as libc::c_uint, tid, 0)
}

/// Lets a stopped task go on, with that signal (0: none).
pub(crate) fn go_on(tid: i32, signal: i32) -> Result<()> {
    plain(libc::PTRACE_CONT as libc::c_uint, tid, signal as usize)
}

/// Lets a stopped task go on to the end of its call, with that signal (0: none).
pub(crate) fn go_on_to_return(tid: i32, signal: i32) -> Result<()> {
    plain(libc::PTRACE_SYSCALL as libc::c_uint, tid, signal as usize)
}

/// Leaves a task in its group stop, but hears of its end.
pub(crate) fn listen(tid: i32) -> Result<()> {
    plain(libc::PTRACE_LISTEN as libc::c_uint, tid, 0)
}

/// Lets a stopped task go for good, with that signal (0: none).
pub(crate) fn detach(tid: i32, signal: i32) -> Result<()> {
    plain(libc::PTRACE_DETACH as libc::c_uint, tid, signal as usize)
}

/// What the kernel says about the event that a task has stopped for: a new task's id, an exit status, a filter's data.
pub(crate) fn event_message(tid: i32) -> Result<u64> {
    let mut message = 0_u64;
    let place = core::ptr::from_mut(&mut message).expose_provenance();
    // SAFETY: the kernel writes one `unsigned long`.
    unsafe { ptrace(libc::PTRACE_GETEVENTMSG as libc::c_uint, tid, 0, place) }?;
    Ok(message)
}

/// The signal that a task has stopped for. EINVAL at a group stop.
#[cfg(test)]
pub(crate) fn signal_info(tid: i32) -> Result<SigInfo> {
    let mut info = SigInfo { signo: 0, errno: 0, code: 0, pad: 0, pid: 0, uid: 0, status: 0, rest: [0; 100] };
    let place = core::ptr::from_mut(&mut info).expose_provenance();
    // SAFETY: the kernel writes one `siginfo_t`.
    unsafe { ptrace(libc::PTRACE_GETSIGINFO as libc::c_uint, tid, 0, place) }?;
    Ok(info)
}

/// `struct ptrace_syscall_info` for a stop at a call's begin or at a filter's `RET_TRACE`; Linux 5.3.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct CallInfo {
    /// 1: before a call, 2: after it, 3: a filter's stop.
    pub(crate) op: u8,
    pub(crate) pad: [u8; 3],
    /// The calling convention, as `AUDIT_ARCH_*`.
    pub(crate) arch: u32,
    pub(crate) instruction_pointer: u64,
    pub(crate) stack_pointer: u64,
    /// The number; after a call what it has returned.
    pub(crate) number: u64,
    pub(crate) args: [u64; 6],
    /// A filter's data.
    pub(crate) data: u32,
    pub(crate) pad2: u32,
}
const _: () = assert!(size_of::<CallInfo>() == 88);

/// The call that a task has stopped for.
pub(crate) fn call_info(tid: i32) -> Result<CallInfo> {
    let mut info = CallInfo::default();
    let place = core::ptr::from_mut(&mut info).expose_provenance();
    // SAFETY: the kernel writes at most as many bytes as it is told.
    unsafe { ptrace(libc::PTRACE_GET_SYSCALL_INFO as libc::c_uint, tid, size_of::<CallInfo>(), place) }?;
    Ok(info)
}

/// The general registers of a stopped task.
pub(crate) fn registers(tid: i32) -> Result<Registers> {
    let mut registers = Registers::ZERO;
    let mut part =
        libc::iovec { iov_base: core::ptr::from_mut(&mut registers).cast(), iov_len: size_of::<Registers>() };
    let place = core::ptr::from_mut(&mut part).expose_provenance();
    // SAFETY: the kernel writes at most `iov_len` bytes into `registers`, and the length into `part`.
    unsafe { ptrace(libc::PTRACE_GETREGSET as libc::c_uint, tid, PRSTATUS, place) }?;
    // A task of another convention (32 bits) has others.
    if part.iov_len == size_of::<Registers>() { Ok(registers) } else { Err(Errno(libc::EINVAL)) }
}

/// Replaces them.
pub(crate) fn set_registers(tid: i32, registers: &Registers) -> Result<()> {
    set_register_set(tid, PRSTATUS, core::ptr::from_ref(registers).cast(), size_of::<Registers>())
}

fn set_register_set(tid: i32, set: usize, from: *const u8, length: usize) -> Result<()> {
    let part = libc::iovec { iov_base: from.cast_mut().cast(), iov_len: length };
    let place = core::ptr::from_ref(&part).expose_provenance();
    // SAFETY: the kernel reads `iov_len` bytes at `from`, and may write the length into... nothing but `part`, which nobody reads again.
    unsafe { ptrace(libc::PTRACE_SETREGSET as libc::c_uint, tid, set, place) }.map(drop)
}

/// Puts another number in the place of the call that a task has stopped before; -1: no call is made, and the value register stays as it is
/// set by [`set_registers`] (on aarch64: as it was set *after* this).
#[cfg(any(test, target_arch = "aarch64"))]
pub(crate) fn set_call_number(tid: i32, number: i32) -> Result<()> {
    #[cfg(target_arch = "aarch64")]
    {
        set_register_set(tid, ARM_SYSTEM_CALL, core::ptr::from_ref(&number).cast(), size_of::<i32>())
    }
    #[cfg(not(target_arch = "aarch64"))]
    {
        let mut registers = registers(tid)?;
        registers.words[place::NUMBER] = i64::from(number).cast_unsigned();
        set_registers(tid, &registers)
    }
}

/// Answers the call that a task has stopped before: it is not made, and returns `value` (an error number as a negative one).
pub(crate) fn answer(tid: i32, value: i64) -> Result<()> {
    // The number first: on aarch64 the kernel takes the value from the argument's register once there is no call.
    #[cfg(target_arch = "aarch64")]
    set_call_number(tid, -1)?;
    let mut registers = registers(tid)?;
    #[cfg(not(target_arch = "aarch64"))]
    {
        registers.words[place::NUMBER] = u64::MAX;
    }
    registers.set_value(value.cast_unsigned());
    set_registers(tid, &registers)
}

/// Waits for a stop or the end of a task (`tid`; -1: any that this thread is attached to or is the parent of): its id, status as `waitpid` gives it.
/// The id is 0 if `WNOHANG` is among `flags` and there is none. `__WALL` is always set.
pub(crate) fn wait(tid: i32, flags: i32, usage: &mut Rusage) -> Result<(i32, i32)> {
    let mut status = 0_i32;
    let args = [
        tid as isize as usize,
        core::ptr::from_mut(&mut status).expose_provenance(),
        (libc::__WALL | flags) as usize,
        core::ptr::from_mut(usage).expose_provenance(),
        0,
        0,
    ];
    // SAFETY: the kernel writes one `int` and one `rusage`, both exclusively ours.
    let found = unsafe { raw::syscall(libc::SYS_wait4 as c_long, args) }?;
    Ok((found as i32, status))
}
