//! How the generated tables write a call, an argument, a constant and an error number in one line each.

use super::{Arg, Constant, InLibc, Syscall};
use crate::action::Errno;
use crate::meaning::Width;

/// A call whose arguments are given by architecture.
pub(super) const fn call(
    name: &'static str,
    numbers: [Option<u32>; 3],
    since: Option<&'static str>,
    args: [Option<&'static [Arg]>; 3],
) -> Syscall {
    Syscall { name, numbers, args, since }
}

/// A plain unsigned 32-bit argument, from which the others differ in a field or two.
pub(super) const fn u32(name: &'static str, ty: &'static str) -> Arg {
    Arg { name, ty, width: Width::W32, signed: false, pointer: false, narrowed: false }
}

/// A signed 32-bit argument.
pub(super) const fn s32(name: &'static str, ty: &'static str) -> Arg {
    Arg { signed: true, ..u32(name, ty) }
}

/// An unsigned 64-bit argument.
pub(super) const fn u64(name: &'static str, ty: &'static str) -> Arg {
    Arg { width: Width::W64, ..u32(name, ty) }
}

/// A signed 64-bit argument.
pub(super) const fn s64(name: &'static str, ty: &'static str) -> Arg {
    Arg { signed: true, ..u64(name, ty) }
}

/// A pointer.
pub(super) const fn ptr(name: &'static str, ty: &'static str) -> Arg {
    Arg { pointer: true, ..u64(name, ty) }
}

/// An unsigned argument that is declared 64 bits wide and consumed as 32.
pub(super) const fn narrowed_u32(name: &'static str, ty: &'static str) -> Arg {
    Arg { narrowed: true, ..u32(name, ty) }
}

/// A signed argument that is declared 64 bits wide and consumed as 32.
pub(super) const fn narrowed_s32(name: &'static str, ty: &'static str) -> Arg {
    Arg { narrowed: true, ..s32(name, ty) }
}

/// A constant on whose value the architectures agree.
pub(super) const fn same(name: &'static str, value: i64, libc: InLibc) -> Constant {
    Constant { name, values: [Some(value); 3], libc }
}

/// A constant that has its own value, or none, on each architecture.
pub(super) const fn each(name: &'static str, values: [Option<i64>; 3], libc: InLibc) -> Constant {
    Constant { name, values, libc }
}

/// An error number. Only for tables: one out of range does not compile there.
pub(super) const fn error(name: &'static str, number: u16) -> (&'static str, Errno) {
    match Errno::new(number) {
        Some(errno) => (name, errno),
        None => panic!("an error number is 1 to 4095"),
    }
}
