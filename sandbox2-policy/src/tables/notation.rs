//! How the generated tables write a call and its arguments in one line each.

use super::{Arg, Syscall};
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
