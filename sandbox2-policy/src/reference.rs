//! What a policy means, in the plainest code possible.
//!
//! The first of the witnesses that a compiled program is measured against: no cleverness, no code shared with the compiler
//! or the validator. The monitor uses it too, to find the rule that decided.

use crate::action::{Action, Errno, Supervision};
use crate::arch::{Arch, X32_SYSCALL_BIT};
use crate::insn::{SeccompData, ret};
use crate::meaning::{Cmp, CmpOp, Cond, Meaning, OriginId, Value, Width};

/// What a policy says about one call, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    /// What is done.
    pub action: Action,
    /// What said so.
    pub by: Decider,
}

/// What decided about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decider {
    /// The call was made by the convention of another architecture: a violation.
    ForeignArch,
    /// The number is one of the x32 ABI's, or beyond: a violation.
    X32,
    /// A rule of the system call.
    Rule {
        /// Its position in the system call's list.
        index: usize,
        /// Where it was written.
        origin: OriginId,
    },
    /// No rule, and the number is newer than the policy's baseline.
    Baseline,
    /// No rule; the policy's default.
    Default,
}

/// What the policy says about the call `data`, when the Rust constants have the values `symbols`.
///
/// # Panics
/// If `symbols` does not cover a constant that the deciding rules name, or a comparison names an argument above 5.
#[must_use]
pub fn evaluate(meaning: &Meaning, data: &SeccompData, symbols: &[u64]) -> Decision {
    if data.arch != meaning.arch.audit() {
        return Decision { action: Action::Kill, by: Decider::ForeignArch };
    }
    if meaning.arch == Arch::X86_64 && data.nr >= X32_SYSCALL_BIT {
        return Decision { action: Action::Kill, by: Decider::X32 };
    }
    let rules = meaning.rules(data.nr);
    if rules.is_empty() && meaning.is_newer(data.nr) {
        return Decision { action: Action::Errno(Errno::ENOSYS), by: Decider::Baseline };
    }
    for (index, rule) in rules.iter().enumerate() {
        if holds(&rule.cond, &data.args, symbols) {
            return Decision { action: rule.action, by: Decider::Rule { index, origin: rule.origin } };
        }
    }
    Decision { action: meaning.default, by: Decider::Default }
}

/// Whether the condition holds for these arguments, when the Rust constants have the values `symbols`.
///
/// # Panics
/// If `symbols` does not cover a constant that is compared with, or a comparison names an argument above 5.
#[must_use]
pub fn holds(cond: &Cond, args: &[u64; 6], symbols: &[u64]) -> bool {
    match cond {
        Cond::True => true,
        Cond::Cmp(cmp) => compare(cmp, args, symbols),
        Cond::Not(list) => !list.iter().any(|cond| holds(cond, args, symbols)),
        Cond::All(list) => list.iter().all(|cond| holds(cond, args, symbols)),
        Cond::Any(list) => list.iter().any(|cond| holds(cond, args, symbols)),
    }
}

fn compare(cmp: &Cmp, args: &[u64; 6], symbols: &[u64]) -> bool {
    let number = |value: Value| match value {
        Value::Known(number) => number,
        Value::Symbol(symbol) => symbols[usize::from(symbol.0)],
    };
    let mut left = args[usize::from(cmp.arg)];
    if let Some(mask) = cmp.mask {
        left &= number(mask);
    }
    let right = number(cmp.value);
    // Every number of either width and sign fits.
    let widen = |x: u64| match (cmp.width, cmp.signed) {
        (Width::W32, false) => i128::from(x as u32),
        (Width::W32, true) => i128::from(x as u32 as i32),
        (Width::W64, false) => i128::from(x),
        (Width::W64, true) => i128::from(x as i64),
    };
    let (left, right) = (widen(left), widen(right));
    match cmp.op {
        CmpOp::Eq => left == right,
        CmpOp::Ne => left != right,
        CmpOp::Lt => left < right,
        CmpOp::Le => left <= right,
        CmpOp::Gt => left > right,
        CmpOp::Ge => left >= right,
    }
}

/// What a program returns where the policy says `action`.
///
/// With a monitor, every `execveat` of the policy's own architecture goes to it, whatever its rule says: the launcher's
/// one must pass, and for every later one the monitor gives the policy's own verdict.
#[must_use]
pub fn kernel_return(action: Action, supervision: Supervision, nr_is_execveat: bool) -> u32 {
    match (supervision, nr_is_execveat) {
        (Supervision::Supervised, true) => return ret::USER_NOTIF,
        (Supervision::Traced, true) => return ret::TRACE | ret::TRACE_EXEC,
        _ => {}
    }
    match action {
        Action::Allow => ret::ALLOW,
        Action::Log => ret::LOG,
        Action::Errno(errno) => ret::ERRNO | u32::from(errno.get()),
        Action::Trap(number) => ret::TRAP | u32::from(number),
        Action::Kill => match supervision {
            Supervision::Standalone => ret::KILL_PROCESS,
            Supervision::Supervised => ret::USER_NOTIF,
            Supervision::Traced => ret::TRACE | ret::TRACE_VIOLATION,
        },
        Action::Notify => match supervision {
            Supervision::Standalone => ret::KILL_PROCESS,
            Supervision::Supervised => ret::USER_NOTIF,
            Supervision::Traced => ret::TRACE | ret::TRACE_NOTIFY,
        },
    }
}

/// The number of `execveat` on `arch`.
#[must_use]
pub const fn execveat(arch: Arch) -> u32 {
    match arch {
        Arch::X86_64 => 322,
        Arch::Aarch64 | Arch::Riscv64 => 281,
    }
}

/// What a program for `supervision` must return for the call `data`: [`evaluate`] and [`kernel_return`] in one.
///
/// # Panics
/// As [`evaluate`].
#[must_use]
pub fn expected_return(meaning: &Meaning, supervision: Supervision, data: &SeccompData, symbols: &[u64]) -> u32 {
    let decision = evaluate(meaning, data, symbols);
    let native = !matches!(decision.by, Decider::ForeignArch | Decider::X32);
    kernel_return(decision.action, supervision, native && data.nr == execveat(meaning.arch))
}
