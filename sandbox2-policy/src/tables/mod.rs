//! Kernel facts: system calls with their prototypes, named constants, error numbers.
//!
//! The facts are data files in `generate/`; what is here is generated from them, and `tests/tables.rs` asserts that it is
//! exactly that. This module owns the types and the look-ups; what a policy makes of a width, a sign or a missing call is
//! its caller's.

mod by_number;
mod constants;
mod errnos;
mod notation;
mod syscalls;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::action::Errno;
use crate::arch::Arch;
use crate::meaning::Width;

/// One argument of a system call, as the kernel declares and consumes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Arg {
    /// The kernel's name for it (`fd`).
    pub name: &'static str,
    /// The kernel's type (`unsigned int`).
    pub ty: &'static str,
    /// How many bits the kernel consumes.
    pub width: Width,
    /// Whether it is a signed number.
    pub signed: bool,
    /// Whether it is a pointer.
    pub pointer: bool,
    /// Whether it is declared 64 bits wide although only the low half takes effect.
    pub narrowed: bool,
}

impl Arg {
    /// The bits that take effect, where they are fewer than the width: the kernel cuts a `umode_t` to 16.
    #[must_use]
    pub fn effective(&self) -> Option<u32> {
        (self.ty == "umode_t").then_some(0xffff)
    }
}

/// One system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syscall {
    /// Its name (`openat`).
    pub name: &'static str,
    /// Its number by [`Arch::index`]; `None` where the architecture lacks it.
    pub numbers: [Option<u32>; 3],
    /// Its arguments by [`Arch::index`]; `None` if the prototype is not known.
    pub args: [Option<&'static [Arg]>; 3],
    /// The Linux version that first had it (`"5.6"`); `None` if not known.
    pub since: Option<&'static str>,
}

impl Syscall {
    /// Its number on `arch`.
    #[must_use]
    pub fn number(&self, arch: Arch) -> Option<u32> {
        self.numbers[arch.index()]
    }

    /// The Linux version that first had it, as numbers; `None` if it is old or not known.
    #[must_use]
    pub fn since_version(&self) -> Option<(u16, u16)> {
        let mut parts = self.since?.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }

    /// Whether it is one without a name: see [`numbered`].
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        self.name.contains(' ')
    }

    /// Its arguments on `arch`.
    #[must_use]
    pub fn args(&self, arch: Arch) -> Option<&'static [Arg]> {
        self.args[arch.index()]
    }
}

/// A named constant of the kernel's user interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constant {
    /// Its name (`PROT_READ`).
    pub name: &'static str,
    /// Its value by [`Arch::index`]; `None` where the architecture lacks it. Negative ones are negative (`AT_FDCWD`).
    pub values: [Option<i64>; 3],
    /// Where the `libc` crate has it, so that what the macro emits can assert the value against the target's libc.
    pub libc: InLibc,
}

/// Which targets' `libc` crate has a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InLibc {
    /// Every Linux target of the three architectures, whatever its C library.
    All,
    /// Those with `target_env = "gnu"` for certain.
    Gnu,
    /// Not, or not everywhere, or under another meaning.
    No,
}

/// The system call of that name.
#[must_use]
pub fn syscall(name: &str) -> Option<&'static Syscall> {
    let place = syscalls::SYSCALLS.binary_search_by_key(&name, |call| call.name).ok()?;
    syscalls::SYSCALLS.get(place)
}

/// The system call with that number on `arch`.
#[must_use]
pub fn syscall_by_number(arch: Arch, nr: u32) -> Option<&'static Syscall> {
    by_number::find(arch, nr)
}

/// The highest number of any system call here, on any architecture.
#[must_use]
pub fn last_number() -> u32 {
    syscalls::SYSCALLS.iter().flat_map(|syscall| syscall.numbers).flatten().max().unwrap_or(0)
}

/// The newest Linux whose system calls are known here.
#[must_use]
pub fn newest_kernel() -> (u16, u16) {
    syscalls::SYSCALLS.iter().filter_map(Syscall::since_version).max().unwrap_or((0, 0))
}

/// A system call that has no name here, by number, which is the same on every architecture.
///
/// Each number is made once and kept for good; there are at most 65,536 of them.
#[must_use]
pub fn numbered(nr: u32) -> &'static Syscall {
    static MADE: Mutex<BTreeMap<u32, &'static Syscall>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(nr).or_insert_with(|| {
        let name = Box::leak(format!("syscall {nr}").into_boxed_str());
        Box::leak(Box::new(Syscall { name, numbers: [Some(nr); 3], args: [None; 3], since: None }))
    })
}

/// All system calls, by name.
#[must_use]
pub fn syscalls() -> &'static [Syscall] {
    &syscalls::SYSCALLS
}

/// The constant of that name.
#[must_use]
pub fn constant(name: &str) -> Option<&'static Constant> {
    let place = constants::CONSTANTS.binary_search_by_key(&name, |constant| constant.name).ok()?;
    constants::CONSTANTS.get(place)
}

/// All constants, by name.
#[must_use]
pub fn constants() -> &'static [Constant] {
    &constants::CONSTANTS
}

/// The error number of that name (`EPERM`); the three architectures agree on all of them.
#[must_use]
pub fn errno(name: &str) -> Option<Errno> {
    let place = errnos::BY_NAME.binary_search_by_key(&name, |entry| entry.0).ok()?;
    errnos::BY_NAME.get(place).map(|entry| entry.1)
}

/// The symbolic name of an error number (`EPERM`). Of several names for one number it is the kernel's own: `EAGAIN`, not
/// `EWOULDBLOCK`.
#[must_use]
pub fn errno_name(errno: Errno) -> Option<&'static str> {
    let place = errnos::BY_NUMBER.binary_search_by_key(&errno, |entry| entry.1).ok()?;
    errnos::BY_NUMBER.get(place).map(|entry| entry.0)
}

/// All error numbers by name, also under their second names.
#[must_use]
pub fn errnos() -> &'static [(&'static str, Errno)] {
    &errnos::BY_NAME
}
