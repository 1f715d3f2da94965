//! The compiler: what a policy means becomes a program.
//!
//! ```text
//! Meaning ── lower ──▶ Dag ── optimize ──▶ Graph ── assemble ──▶ Program
//! ```
//!
//! `lower` says conditions in terms of 32-bit words and actions as what a filter returns; `optimize` decides the same with
//! less and chooses instructions; `assemble` puts them in their places. Each stage hands on a type that only it can make.
//! Before it comes `check`, after it `validate`, which proves with code of its own that the program does what the policy
//! means: nothing here needs to be believed.

use crate::action::Supervision;
use crate::assemble::assemble;
use crate::lower::lower;
use crate::meaning::Meaning;
use crate::optimize::{optimize, plain};
use crate::program::Program;

pub use crate::assemble::TooLong;

/// Compiles `meaning` for that supervision.
///
/// Numbers that decide alike are coalesced into ranges, which a tree of comparisons tells apart; arguments are looked at
/// after that, each word once where that is possible. The calls in `hot` are decided soonest, the first one first; apart
/// from that, calls whose arguments are looked at come before those that the kernel answers from its bitmap anyway.
///
/// Guaranteed: the program is the same for the same input; a call that is allowed whatever its arguments is decided by the
/// architecture and the number alone; between two neighbouring ranges there is one comparison at most; and a list of `b`
/// such boundaries without conditions takes at most 6 + ⌈log₂ b⌉ instructions on its longest path.
///
/// # Errors
/// [`TooLong`] when the program has more instructions than the kernel takes.
///
/// # Examples
/// ```
/// use sandbox2_policy::action::{Action, Supervision};
/// use sandbox2_policy::arch::Arch;
/// use sandbox2_policy::compile::compile;
/// use sandbox2_policy::meaning::{CallRules, Cond, Meaning, OriginId, Rule};
///
/// let allow = Rule { cond: Cond::True, action: Action::Allow, origin: OriginId(0) };
/// let read_and_write = [0, 1].map(|nr| CallRules { nr, rules: vec![allow.clone()].into() });
/// let meaning = Meaning { arch: Arch::X86_64, calls: read_and_write.to_vec().into(), newer: [].as_slice().into(), default: Action::Kill };
/// let program = compile(&meaning, Supervision::Standalone, &[])?;
/// // Load the architecture, test it, load the number, test it; two ends.
/// assert_eq!(program.insns.len(), 6);
/// # Ok::<(), sandbox2_policy::compile::TooLong>(())
/// ```
pub fn compile(meaning: &Meaning, supervision: Supervision, hot: &[u32]) -> Result<Program, TooLong> {
    assemble(&optimize(&lower(meaning, supervision), hot))
}

/// Compiles `meaning` with nothing optimised: each number and each bound is compared on its own, in the policy's order.
///
/// A witness to compare [`compile`] with, not a program to run.
///
/// # Errors
/// [`TooLong`] when the program has more instructions than the kernel takes.
pub fn compile_unoptimized(meaning: &Meaning, supervision: Supervision) -> Result<Program, TooLong> {
    assemble(&plain::translate(&lower(meaning, supervision)))
}
