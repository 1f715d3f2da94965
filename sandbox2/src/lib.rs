//! Run a program under a policy that was checked while compiling.

#![deny(unsafe_code)]

mod error;
#[allow(dead_code, reason = "the monitor is being written")]
mod launch;
mod limits;
mod mounts;
mod namespace;
mod policy;
#[allow(unsafe_code)]
#[allow(dead_code, reason = "the monitor is being written")]
mod sys;

pub use error::{SetupError, Stage};
pub use limits::Limits;
pub use policy::Policy;

#[doc(hidden)]
pub mod __private {
    //! What `policy!` emits refers to. Not public interface.
    pub use crate::policy::{Origin, PolicyParts};
    pub use libc;
    pub use sandbox2_policy::{action, arch, insn, meaning, surroundings};
}
