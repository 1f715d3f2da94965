//! The kernel's door: the only unsafe code of this crate.
//!
//! [`raw`] makes system calls without a C library, [`abi`] lays out what they take, [`calls`] gives each one a safe face,
//! [`server`] makes its processes in the host's place, [`spawn`] executes a program outside of any sandbox, [`region`] is the memory that host and child share, [`child`] is what runs in that memory between clone and exec,
//! [`ptrace`] traces, [`bell`] wakes a thread that does; [`forget`] is how it lets go of the host's, [`stage`] says how far it came. `mapped` finds files that other processes have mapped,
//! `before_main` runs in place of a program's `main`.

pub(crate) mod abi;
#[cfg(feature = "symbolize")]
pub(crate) mod before_main;
pub(crate) mod bell;
pub(crate) mod calls;
pub(crate) mod child;
pub(crate) mod forget;
#[cfg(feature = "symbolize")]
pub(crate) mod mapped;
pub(crate) mod notify;
pub(crate) mod ptrace;
pub(crate) mod raw;
pub(crate) mod region;
pub(crate) mod server;
pub(crate) mod spawn;
pub(crate) mod stage;

/// An error number, as the kernel returned it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Errno(pub(crate) i32);

/// What a system call gives.
pub(crate) type Result<T> = core::result::Result<T, Errno>;
