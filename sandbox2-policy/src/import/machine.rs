//! Comparisons as other tools make them: of 32 or 64 bits, unsigned, of whole registers.
//!
//! Comes after a format's own parser, before [`narrow`](super::narrow), which turns them into comparisons of what the kernel
//! reads. Knows nothing of system calls.

use crate::action::Action;
use crate::ast::NodeId;
use crate::meaning::CmpOp;

/// `(argument & keep | set) op value`, unsigned, on the low 32 bits or on all 64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    /// Which argument, from 0.
    pub(super) arg: u8,
    /// Whether all 64 bits are compared.
    pub(super) wide: bool,
    /// The bits of the argument that count.
    pub(super) keep: u64,
    /// Bits that are set in any case.
    pub(super) set: u64,
    /// How.
    pub(super) op: CmpOp,
    /// With what.
    pub(super) value: u64,
    /// The constants that the value was written with, for the reader; empty if it was a number.
    pub(super) words: Vec<String>,
    /// Where it stands.
    pub(super) node: NodeId,
}

impl Comparison {
    /// A plain comparison of all 64 bits.
    pub(super) fn wide(arg: u8, op: CmpOp, value: u64, node: NodeId) -> Comparison {
        Comparison { arg, wide: true, keep: u64::MAX, set: 0, op, value, words: Vec::new(), node }
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Always, or never.
    Known(bool),
    /// One comparison.
    Cmp(Comparison),
    /// None of it.
    Not(Box<Condition>),
    /// All of these.
    All(Vec<Condition>),
    /// Any of these.
    Any(Vec<Condition>),
}

impl Condition {
    /// Every comparison in it.
    pub(super) fn comparisons<'c>(&'c self, out: &mut Vec<&'c Comparison>) {
        match self {
            Condition::Known(_) => {}
            Condition::Cmp(cmp) => out.push(cmp),
            Condition::Not(inner) => inner.comparisons(out),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| part.comparisons(out)),
        }
    }
}

/// One of several rules of a call, of which the first that holds decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arm {
    /// When it holds.
    pub(super) cond: Condition,
    /// What is done then.
    pub(super) action: Action,
    /// Where it stands.
    pub(super) node: NodeId,
}

#[cfg(test)]
pub(super) mod plain {
    //! What the comparisons mean, in the plainest code: a witness in tests.
    use super::*;

    pub(in crate::import) fn holds(cond: &Condition, args: &[u64; 6]) -> bool {
        match cond {
            Condition::Known(known) => *known,
            Condition::Not(inner) => !holds(inner, args),
            Condition::All(parts) => parts.iter().all(|part| holds(part, args)),
            Condition::Any(parts) => parts.iter().any(|part| holds(part, args)),
            Condition::Cmp(cmp) => {
                let low = if cmp.wide { u64::MAX } else { 0xffff_ffff };
                let (left, right) = (((args[usize::from(cmp.arg)] & cmp.keep) | cmp.set) & low, cmp.value & low);
                match cmp.op {
                    CmpOp::Eq => left == right,
                    CmpOp::Ne => left != right,
                    CmpOp::Lt => left < right,
                    CmpOp::Le => left <= right,
                    CmpOp::Gt => left > right,
                    CmpOp::Ge => left >= right,
                }
            }
        }
    }

    pub(in crate::import) fn decide(arms: &[Arm], args: &[u64; 6]) -> Option<Action> {
        arms.iter().find(|arm| holds(&arm.cond, args)).map(|arm| arm.action)
    }
}
