//! What a violation is told as: names, values, place in the policy, and what to write if it was meant.
//!
//! [`explain`] turns a denied call into a [`Violation`](violation::Violation); [`decode`] names values, [`suggest`] finds
//! the line that would allow it, `sandbox2_policy::danger` knows what that would give away, [`escape`] keeps what a sandboxee wrote from
//! steering the terminal of whoever reads it.

pub mod assertion;
pub(crate) mod coverage;
pub(crate) mod decode;
pub(crate) mod escape;
pub(crate) mod explain;
pub(crate) mod maps;
pub(crate) mod registers;
pub(crate) mod setup;
pub(crate) mod signals;
pub(crate) mod stack;
pub(crate) mod suggest;
pub(crate) mod verdict;
pub(crate) mod violation;
