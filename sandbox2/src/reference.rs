//! Until `sandbox2_policy::reference` is here: the same, for this crate only. To be deleted, with its one use in `policy`.

use sandbox2_policy::action::Action;
use sandbox2_policy::arch::{Arch, X32_SYSCALL_BIT};
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::meaning::{Cmp, CmpOp, Cond, Meaning, OriginId, Value, Width};

/// What a policy says about one call, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Decision {
    /// What is done.
    pub(crate) action: Action,
    /// What said so.
    pub(crate) by: Decider,
}

/// What decided about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Decider {
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
    /// No rule; the policy's default.
    Default,
}

/// What the policy says about the call `data`, when the Rust constants have the values `symbols`.
pub(crate) fn evaluate(meaning: &Meaning, data: &SeccompData, symbols: &[u64]) -> Decision {
    if data.arch != meaning.arch.audit() {
        return Decision { action: Action::Kill, by: Decider::ForeignArch };
    }
    if meaning.arch == Arch::X86_64 && data.nr >= X32_SYSCALL_BIT {
        return Decision { action: Action::Kill, by: Decider::X32 };
    }
    for (index, rule) in meaning.rules(data.nr).iter().enumerate() {
        if holds(&rule.cond, &data.args, symbols) {
            return Decision { action: rule.action, by: Decider::Rule { index, origin: rule.origin } };
        }
    }
    Decision { action: meaning.default, by: Decider::Default }
}

fn holds(cond: &Cond, args: &[u64; 6], symbols: &[u64]) -> bool {
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
