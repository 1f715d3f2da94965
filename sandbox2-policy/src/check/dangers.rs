//! Rules that let dangerous calls through.

use std::borrow::Cow;

use super::Checker;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::danger::{Danger, When, danger};
use crate::meaning::{CmpOp, Cond, Value};
use crate::problem::ProblemKind;
use crate::resolve::RuleOf;
use crate::space::{Set, Space};
use crate::tables::Syscall;

/// A rule's condition, narrowed to what it may let through.
pub(super) struct Guarded {
    pub(super) cond: Cond,
    pub(super) set: Set,
    pub(super) faulty: bool,
}

impl Danger {
    /// Whether it depends on arguments.
    #[must_use]
    pub fn argument_dependent(&self) -> bool {
        self.when != When::Always
    }
}

impl Checker<'_> {
    /// Narrows a rule outside `danger` to harmless arguments, or reports that it names dangerous ones.
    pub(super) fn guard(
        &mut self,
        arch: Arch,
        syscall: &'static Syscall,
        rule: &RuleOf,
        space: &mut Space,
        written: Set,
    ) -> Guarded {
        let as_written = Guarded { cond: rule.cond.clone(), set: written, faulty: false };
        if rule.danger || !rule.action.permits() {
            return as_written;
        }
        let Some(danger) = danger(syscall.name) else { return as_written };
        let cond = danger.cond(syscall, arch);
        let dangerous = space.cond(&cond);
        let both = space.and(written, dangerous);
        if space.is_empty(both) {
            return as_written;
        }
        let wholly = space.implies(written, dangerous) && !space.is_empty(written);
        let naming = names(danger, syscall, arch, rule);
        let named = naming.is_some();
        if danger.is_executable() && (wholly || named) {
            return as_written;
        }
        if wholly || named {
            let what = match danger.argument_dependent() {
                true => format!("`{}` with these arguments {}", syscall.name, danger.because),
                false => format!("`{}` {}", syscall.name, danger.because),
            };
            let condition = if rule.cond == Cond::True { "" } else { " if …" };
            self.problems.report(
                ProblemKind::DangerMissing,
                naming.unwrap_or(rule.node),
                format!("{what}: a sandboxee that may do it can undo the sandbox"),
                format!("leave it out, or say it aloud: `danger {{ {} {}{condition}; }}`", rule.action, syscall.name),
            );
            return Guarded { faulty: true, ..as_written };
        }
        let harmless = Cond::Not(Cow::Owned(vec![cond]));
        let cond = match &rule.cond {
            Cond::True => harmless,
            written => Cond::All(Cow::Owned(vec![written.clone(), harmless])),
        };
        let outside = space.not(dangerous);
        Guarded { cond, set: space.and(written, outside), faulty: false }
    }
}

/// Where the rule names a dangerous value by `==` or `in`.
fn names(danger: &Danger, syscall: &Syscall, arch: Arch, rule: &RuleOf) -> Option<NodeId> {
    let argument = danger.argument(syscall, arch)?;
    let naming = rule.atoms.iter().find(|atom| {
        let value = match atom.value {
            Value::Known(value) => value,
            Value::Symbol(_) => return false,
        };
        atom.arg == argument && atom.op == CmpOp::Eq && danger.names(value)
    });
    naming.map(|atom| atom.node)
}
