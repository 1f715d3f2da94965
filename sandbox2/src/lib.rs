//! Run a program under a policy that was checked while compiling.

mod libraries;
mod policy;

pub use policy::Policy;

#[doc(hidden)]
pub mod __private {
    //! What `policy!` emits refers to. Not public interface.
    pub use crate::policy::{Origin, PolicyParts};
    pub use libc;
    pub use sandbox2_policy::{action, arch, insn, meaning, surroundings};
}
