//! Run a program under a policy that was checked while compiling.
//!
//! `policy!` reads a policy and emits a validated seccomp-BPF program. This crate starts the sandboxee with it (in
//! namespaces of its own, with its own file system, limits and filter), supervises it, and returns an [`Outcome`] that says
//! what happened; after a violation, also what to write if it was meant to be allowed.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use sandbox2::{Executor, Policy, Sandbox2};
//!
//! # fn example(policy: &Policy) -> Result<(), Box<dyn std::error::Error>> {
//! let path = "/usr/bin/tool";
//! let mut executor = Executor::new(path, [path, "--version"]);
//! executor.limits_mut().set_wall_time(Duration::from_secs(5));
//! let mut stdout = executor.ipc_mut().receive_fd(1)?;
//!
//! let mut s2 = Sandbox2::new(executor, policy);
//! s2.run_async()?;
//! let text = std::io::read_to_string(&mut stdout)?;
//! let outcome = s2.await_result();
//! println!("Final execution status: {outcome}");
//! # Ok(())
//! # }
//! ```
//!
//! # What holds
//! - **A sandboxee never outlives its host.** When its last handle is dropped, when the host dies, or when anything goes
//!   wrong with supervision, every process of the sandbox is killed.
//! - **Nothing fails open.** A step of the set-up that cannot be done is an error; a call that cannot be judged is denied.
//! - **No privilege is needed**: unprivileged user namespaces are enough, and everything also works as root.
//!
//! # The parts
//! [`Executor`] says what to run, with which [`Limits`] and (through [`Ipc`]) which descriptors. [`Policy`] says what it may
//! do. [`Sandbox2`] runs one under the other, to an [`Outcome`].

#![deny(unsafe_code)]

// From the top down; a layer uses only those below it.
mod sandbox;
#[cfg(feature = "symbolize")]
mod symbolizer;
#[cfg(feature = "tokio")]
pub mod tokio;

mod executor;

mod forkserver;
mod monitor;
#[cfg(feature = "symbolize")]
mod unwind;

mod launch;

mod handlers;
mod ipc;
mod libraries;
mod limits;
mod logs;
mod mounts;
mod namespace;
mod observer;

mod error;
mod outcome;
mod policy;
mod report;

#[allow(unsafe_code, reason = "the kernel's door")]
mod sys;

#[doc(hidden)]
#[path = "expansion.rs"]
pub mod __private;

/// How policies of other tools are read, and what is said about them.
#[cfg(feature = "formats")]
pub mod import {
    pub use sandbox2_policy::import::{
        ImportError, Include, Kafel, MOST_BYTES, Minijail, MinijailTool, Note, Oci, Place,
    };
}

/// What is said about policies that were written in other tools' formats.
#[cfg(feature = "formats")]
pub mod export {
    pub use sandbox2_policy::export::{ExportError, Exported, Loss};
}

pub use error::{SetupError, Stage};
pub use executor::{Executor, Stdio};
pub use forkserver::ForkServer;
pub use handlers::{Answer, Call, Handlers, Inspection, Pointer, Request, SocketAddress, Value};
pub use ipc::{Ipc, IpcError, Target};
pub use launch::LaunchServer;
pub use limits::Limits;
pub use logs::{LOG_TARGET, LogCounts, LogLimits, LogRecord, LogServer};
pub use observer::{Observer, Returned};
pub use outcome::{
    Argument, DecidedBy, Failure, Failures, Monitor, NotOk, Outcome, Place, Status, Supervised, Usage, Verdict,
    Violation,
};
pub use policy::{
    ApplyError, NotSubset, Policy, PolicyBuilder, PolicyError, PolicyErrors, PolicyFileError, ProgramError, SlotError,
    SlotValue,
};
#[cfg(feature = "formats")]
pub use policy::{ExportFailed, ImportFailed, ImportedPolicy};
pub use report::coverage::Coverage;
pub use report::maps::{Mapping, Maps, MapsError, Permissions};
pub use report::registers::{Register, Registers};
pub use report::stack::{Frame, Stack};
pub use report::verdict::CallError;
pub use sandbox::{Running, Sandbox2, StillRunning};
pub use sandbox2_client as client;
pub use sandbox2_client::Comms;
pub use sandbox2_policy::compare::{CannotCompare, Difference};
pub use sandbox2_policy::{Action, Arch, Insn, SeccompData, Supervision};
#[cfg(feature = "symbolize")]
pub use unwind::StackTraces;

/// Declares a policy: checked, compiled and validated while your program compiles.
///
/// With `static NAME;` as its first line it is an item, otherwise an expression of type [`Policy`].
///
/// ```
/// sandbox2::policy! {
///     /// Reads, and writes to its standard output.
///     pub static FILTER;
///
///     ALLOW read;
///     ALLOW write if fd == 1;
///     ERRNO(ENOENT) open?, openat;
/// }
/// assert_eq!(FILTER.name(), Some("FILTER"));
///
/// const NOTHING: sandbox2::Policy = sandbox2::policy! {};
/// assert_eq!(NOTHING.name(), None);
/// ```
///
/// # The language
///
/// | statement | meaning |
/// |---|---|
/// | `ALLOW read, readv;` | these calls, whatever their arguments |
/// | `ALLOW write if fd == 1;` | this call, when the condition holds |
/// | `ERRNO(ENOENT) open?, openat;` | fail with this error; `?`: where the architecture has the call |
/// | `KILL`, `TRAP(n)`, `LOG` | a violation; SIGSYS with `n` in `si_errno`; allow and log |
/// | `NOTIFY` | for a handler of the host's to decide; where none is registered, a violation |
/// | `write { fd == 1 => ALLOW, _ => ERRNO(EBADF), }` | several rules in order: the first that matches decides |
/// | `default ERRNO(EPERM);` | what decides where no rule does; KILL if it is not said |
/// | `use static_startup, exit;` | groups: named sets of rules |
/// | `use crate::policies::LOGGING;` | the rules, slots and files of another policy, also from another crate |
/// | `override ERRNO(EROFS) fsync;` | wins over other rules about the call, also over imported ones |
/// | `restrict { KILL write if fd > 2; }` | wins, and may only narrow, which is proved |
/// | `restrict crate::CEILING;` | proved: nothing is permitted here that is not permitted there |
/// | `baseline linux(6.6);` | calls newer than that Linux give ENOSYS, so that C libraries fall back |
/// | `bpf write { ARG_32(0); JEQ32(1, ALLOW); KILL; }` | instructions in the notation of `bpf_helper`; comparisons are unsigned, `TRACE` is `NOTIFY` |
/// | `ALLOW syscall 472 if arg0: u64 == 1;` | a call newer than the tables, by number; arguments with their types |
/// | `slot log_fd: i32;` | a value that is known only at launch: [`Policy::with_slot`] |
/// | `hot read, write;` | calls to decide soonest |
/// | `limit instructions <= 64;` `limit path <= 12;` | bounds for every program of the policy |
/// | `if arch x86_64 { … }` | only for these architectures |
/// | `danger { ALLOW ptrace; }` | what can undo the sandbox must be said aloud |
/// | `file "/etc/localtime";` `dir rw "/var/out" as "/out";` | what the sandboxee sees of the host's files; read-only unless `rw` |
/// | `tmpfs "/tmp" size 16M;` `libraries "/usr/bin/tool";` | an empty directory of its own; a program's loader and libraries |
/// | `hostname "name";` `network none;` | `network host;` shares the host's |
///
/// A condition compares an argument, by the kernel's name (`fd`, `prot`) or else by position (`arg0` to `arg5`), with a number,
/// a constant of the kernel's (`PROT_READ | PROT_WRITE`), `NULL`, a slot, or a Rust constant in braces (`{ crate::FD }`): `==`, `!=`,
/// `<`, `<=`, `>`, `>=`, `arg & MASK == bits`, `in [A, B]`, `in a..=b`, joined by `&&`, `||`, `!` and parentheses. Width and sign
/// are the kernel's; one that is stated (`len: u64 == 0x1000`) must be the same.
///
/// # Policies of policies
///
/// A policy with a name can be used by others: its name stands for its statements wherever the name of the `static` does. What it
/// says of the whole must agree: a `default` or `baseline` that it states must be stated here as well, host name and network may
/// not differ. Rules that decide differently about the same call are a mistake, unless one of them says `override`; an
/// imported `override` wins over rules that came with it, not over those written here.
///
/// # What holds without being written
///
/// Calls of a foreign architecture and x32 numbers are a violation, under every default. `clone3` gives ENOSYS unless a rule
/// names it. A rule outside `danger` never lets through what is dangerous with some arguments: namespaces by `clone` and
/// `unshare`, typing into a terminal by `ioctl`, a second listener by `seccomp`, loading programs by `bpf`; nor memory that can be
/// executed, unless the rule names it (`prot == PROT_READ | PROT_EXEC`) or the policy says `use map_exec;`.
#[macro_export]
macro_rules! policy {
    ($($policy:tt)*) => {
        $crate::__private::policy_impl! { $crate; $($policy)* }
    };
}

/// Asserts that a policy lets calls through: `assert_allows!(POLICY, openat(AT_FDCWD, _, O_RDONLY))`.
///
/// The call is written with its arguments in order, or by name (`openat(flags: O_RDONLY)`). An argument is a value as in
/// [`policy!`], a list (`[A, B]`: each of them) or a range (`0..=2`); `_`, or one that is left out, means every value. Name, constants,
/// widths and the number of arguments are checked while compiling. What is asserted is *decided*, for every call that fits, every value of
/// a slot that has none, and every architecture that has the call: `, on x86_64` restricts it. `ALLOW` and `LOG` let through.
///
/// The policy is any expression for a [`Policy`], or for a [`Coverage`], which then knows the rules that answered.
///
/// # Panics
/// With a call that is not let through, and the rule that says so.
///
/// # Examples
/// ```
/// use sandbox2::{Policy, assert_allows};
///
/// sandbox2::policy! {
///     static READER;
///
///     ALLOW read;
///     ALLOW openat if flags & O_ACCMODE == O_RDONLY;
/// }
/// assert_allows!(READER, read(_, _, _));
/// assert_allows!(READER, openat(AT_FDCWD, _, O_RDONLY | O_CLOEXEC));
/// assert_allows!(Policy::parse("ALLOW write if fd < 3;")?, write(fd: 0..=2), on x86_64, aarch64);
/// # Ok::<(), sandbox2::PolicyErrors>(())
/// ```
#[macro_export]
macro_rules! assert_allows {
    ($($assertion:tt)*) => {
        $crate::__private::assert_impl! { $crate; allows $($assertion)* }
    };
}

/// Asserts that a policy lets no such call through: `assert_denies!(POLICY, openat(_, _, O_RDWR))`, or that it answers each with an
/// action: `assert_denies!(POLICY, openat(_, _, O_RDWR), ERRNO(EROFS))`.
///
/// Calls, architectures and policies are written as for [`assert_allows!`]. `KILL`, `ERRNO` and `TRAP` deny; `NOTIFY` neither allows nor
/// denies, but can be named.
///
/// # Panics
/// With a call that is answered otherwise, and the rule that says so.
///
/// # Examples
/// ```
/// use sandbox2::assert_denies;
///
/// sandbox2::policy! {
///     static READER;
///
///     ALLOW read;
///     ERRNO(EROFS) openat;
/// }
/// assert_denies!(READER, write(_, _, _));
/// assert_denies!(READER, openat(_, _, O_RDWR), ERRNO(EROFS));
/// assert_denies!(READER, execve(_, _, _), KILL);
/// ```
#[macro_export]
macro_rules! assert_denies {
    ($($assertion:tt)*) => {
        $crate::__private::assert_impl! { $crate; denies $($assertion)* }
    };
}

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// And those of the page about talking to a sandboxee.
#[cfg(doctest)]
#[doc = include_str!("../../docs/TALKING.md")]
struct Talking;

/// And those of the page about supervision.
#[cfg(all(doctest, feature = "symbolize", feature = "tokio"))]
#[doc = include_str!("../../docs/SUPERVISION.md")]
struct Supervising;
