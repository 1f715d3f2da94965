//! From what a policy means to a graph of decisions on 32-bit words: `Meaning` → [`Dag`].
//!
//! A seccomp program sees each argument as two 32-bit words and can only compare words. This stage says every condition in
//! those terms and no more: 64-bit comparisons become comparisons of both halves, negation moves into the comparisons,
//! actions become the numbers that a filter returns under one kind of supervision. Equal conditions are one node. The order
//! is still the policy's, nothing is merged, dropped or shared beyond that: `optimize` does it, and its `plain` sibling
//! translates the same graph as it stands.
//!
//! Parts: [`words`] are the things a program can look at, [`set`] sets of numbers, [`condition`] the hash-consed nodes,
//! [`compare`] the translation of one comparison.

pub(crate) mod compare;
pub(crate) mod condition;
pub(crate) mod set;
pub(crate) mod words;

use crate::action::{Action, Errno, Supervision};
use crate::arch::{Arch, X32_SYSCALL_BIT};
use crate::insn::ret;
use crate::meaning::{Cond, Meaning};

use condition::{ConditionId, Conditions, Junction};

/// What a filter returns: one of `SECCOMP_RET_*` with its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Verdict(u32);

impl Verdict {
    /// What stands for `action` under that supervision.
    fn of(action: Action, supervision: Supervision) -> Verdict {
        Verdict(match action {
            Action::Allow => ret::ALLOW,
            Action::Kill => match supervision {
                Supervision::Standalone => ret::KILL_PROCESS,
                Supervision::Supervised => ret::USER_NOTIF,
                Supervision::Traced => ret::TRACE | ret::TRACE_VIOLATION,
            },
            Action::Errno(errno) => ret::ERRNO | u32::from(errno.get()),
            Action::Trap(number) => ret::TRAP | u32::from(number),
            Action::Log => ret::LOG,
            Action::Notify => match supervision {
                Supervision::Standalone => ret::KILL_PROCESS,
                Supervision::Supervised => ret::USER_NOTIF,
                Supervision::Traced => ret::TRACE | ret::TRACE_NOTIFY,
            },
        })
    }

    /// What `execveat` gets whatever its rules say, so that the monitor can tell the launcher's own; `None` if its rules
    /// decide.
    fn of_exec(supervision: Supervision) -> Option<Verdict> {
        match supervision {
            Supervision::Standalone => None,
            Supervision::Supervised => Some(Verdict(ret::USER_NOTIF)),
            Supervision::Traced => Some(Verdict(ret::TRACE | ret::TRACE_EXEC)),
        }
    }

    /// The returned number.
    pub(crate) fn get(self) -> u32 {
        self.0
    }

    /// Whether the call is made.
    pub(crate) fn permits(self) -> bool {
        matches!(self.0 & ret::ACTION_MASK, ret::ALLOW | ret::LOG)
    }
}

/// The number of `execveat`.
fn execveat(arch: Arch) -> u32 {
    match arch {
        Arch::X86_64 => 322,
        Arch::Aarch64 | Arch::Riscv64 => 281,
    }
}

/// One rule: what is returned when a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arm {
    /// When.
    pub(crate) condition: ConditionId,
    /// What.
    pub(crate) verdict: Verdict,
}

/// The arms of one system call: the first whose condition holds decides.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Its number.
    pub(crate) nr: u32,
    /// Its arms, in order.
    pub(crate) arms: Vec<Arm>,
}

/// A policy as decisions on words. Only [`lower`] makes one.
#[derive(Debug)]
pub(crate) struct Dag {
    arch: Arch,
    supervision: Supervision,
    conditions: Conditions,
    calls: Vec<Call>,
    newer: Vec<(u32, u32)>,
    default: Verdict,
    violation: Verdict,
}

impl Dag {
    /// The architecture.
    pub(crate) fn arch(&self) -> Arch {
        self.arch
    }

    /// Who answers violations.
    pub(crate) fn supervision(&self) -> Supervision {
        self.supervision
    }

    /// The conditions that the arms name.
    pub(crate) fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// The calls with arms, by ascending number; all below [`Dag::ceiling`].
    pub(crate) fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The ranges of numbers that get [`Dag::unknown`] if they have no arms: ascending, disjoint, below [`Dag::ceiling`].
    pub(crate) fn newer(&self) -> &[(u32, u32)] {
        &self.newer
    }

    /// What a number gets that the policy's baseline does not know.
    pub(crate) fn unknown(&self) -> Verdict {
        Verdict(ret::ERRNO | u32::from(Errno::ENOSYS.get()))
    }

    /// What decides where no arm does.
    pub(crate) fn default(&self) -> Verdict {
        self.default
    }

    /// What a foreign architecture and a number from the ceiling on get.
    pub(crate) fn violation(&self) -> Verdict {
        self.violation
    }

    /// The number from which on every call is a violation.
    pub(crate) fn ceiling(&self) -> Option<u32> {
        match self.arch {
            Arch::X86_64 => Some(X32_SYSCALL_BIT),
            Arch::Aarch64 | Arch::Riscv64 => None,
        }
    }
}

/// Says `meaning` in terms of words and returned numbers.
pub(crate) fn lower(meaning: &Meaning, supervision: Supervision) -> Dag {
    let mut dag = Dag {
        arch: meaning.arch,
        supervision,
        conditions: Conditions::new(),
        calls: Vec::with_capacity(meaning.calls.len() + 1),
        newer: Vec::with_capacity(meaning.newer.len()),
        default: Verdict::of(meaning.default, supervision),
        violation: Verdict::of(Action::Kill, supervision),
    };
    let last = dag.ceiling().map_or(u32::MAX, |ceiling| ceiling - 1);
    dag.newer.extend(meaning.newer.iter().map(|range| (range.0, range.1.min(last))).filter(|range| range.0 <= range.1));
    let exec = Verdict::of_exec(supervision).map(|verdict| (execveat(meaning.arch), verdict));
    for call in meaning.calls.iter() {
        if dag.ceiling().is_some_and(|ceiling| call.nr >= ceiling) || exec.is_some_and(|(nr, _)| call.nr == nr) {
            continue;
        }
        let mut arms = Vec::with_capacity(call.rules.len());
        for rule in call.rules.iter() {
            let condition = lower_cond(&rule.cond, true, &mut dag.conditions);
            arms.push(Arm { condition, verdict: Verdict::of(rule.action, supervision) });
        }
        dag.calls.push(Call { nr: call.nr, arms });
    }
    if let Some((nr, verdict)) = exec {
        let at = dag.calls.partition_point(|call| call.nr < nr);
        let condition = dag.conditions.always();
        dag.calls.insert(at, Call { nr, arms: vec![Arm { condition, verdict }] });
    }
    dag
}

/// The condition that holds where `cond` evaluates to `wanted`.
fn lower_cond(cond: &Cond, wanted: bool, conditions: &mut Conditions) -> ConditionId {
    let (all_of_them, list, wanted) = match cond {
        Cond::True => return conditions.constant(wanted),
        Cond::Cmp(cmp) => return compare::lower_cmp(cmp, wanted, conditions),
        // "None of these holds" is "each of these does not".
        Cond::Not(list) => (wanted, list, !wanted),
        Cond::All(list) => (wanted, list, wanted),
        Cond::Any(list) => (!wanted, list, wanted),
    };
    let parts = list.iter().map(|part| lower_cond(part, wanted, conditions)).collect();
    conditions.junction(if all_of_them { Junction::All } else { Junction::Any }, parts)
}
