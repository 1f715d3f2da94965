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

mod executor;

mod monitor;

mod launch;

mod ipc;
mod limits;
mod mounts;
mod namespace;

mod error;
mod outcome;
mod policy;
mod reference;
mod report;

#[allow(unsafe_code, reason = "the kernel's door")]
mod sys;

pub use error::{SetupError, Stage};
pub use executor::{Executor, Stdio};
pub use ipc::{Ipc, IpcError};
pub use limits::Limits;
pub use outcome::{Argument, DecidedBy, NotOk, Outcome, Place, Status, Usage, Violation};
pub use policy::{ApplyError, Policy};
pub use sandbox::{Running, Sandbox2, StillRunning};
pub use sandbox2_policy::{Action, Arch, Insn, SeccompData, Supervision};

#[doc(hidden)]
pub mod __private {
    //! What `policy!` emits refers to. Not public interface.
    pub use crate::policy::{Origin, PolicyParts};
    pub use libc;
    pub use sandbox2_policy::{action, arch, insn, meaning, surroundings};
}
