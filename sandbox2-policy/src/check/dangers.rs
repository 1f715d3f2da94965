//! Rules that let dangerous calls through.

use std::borrow::Cow;

use super::Checker;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::danger::{Danger, When, danger};
use crate::meaning::{Cmp, CmpOp, Cond, Value};
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
        let naming = names(danger, syscall, arch, rule, space, dangerous);
        let named = !naming.is_empty();
        let harmless = Cond::Not(Cow::Owned(vec![cond]));
        if danger.is_executable() && (wholly || named) {
            // Only what is named is lifted: `fd == 3 || prot == PROT_EXEC` names nothing where `fd` is 3.
            let named = naming.into_iter().map(|(_, cond)| cond);
            let harmless = Cond::Any(Cow::Owned(named.chain([harmless]).collect()));
            let lifted = space.cond(&harmless);
            if wholly || space.implies(written, lifted) {
                return as_written;
            }
            return narrowed(rule, space, written, harmless);
        }
        if wholly || named {
            let what = match danger.argument_dependent() {
                true => format!("`{}` with these arguments {}", syscall.name, danger.because),
                false => format!("`{}` {}", syscall.name, danger.because),
            };
            let condition = if rule.cond == Cond::True { "" } else { " if …" };
            self.problems.report(
                ProblemKind::DangerMissing,
                naming.first().map_or(rule.node, |(node, _)| *node),
                format!("{what}: a sandboxee that may do it can undo the sandbox"),
                match rule.raw {
                    true => format!("leave it out, or say it aloud: `danger {{ bpf {} {{ … }} }}`", syscall.name),
                    false => {
                        format!(
                            "leave it out, or say it aloud: `danger {{ {} {}{condition}; }}`",
                            rule.action, syscall.name
                        )
                    }
                },
            );
            return Guarded { faulty: true, ..as_written };
        }
        narrowed(rule, space, written, harmless)
    }
}

/// The rule where `harmless` holds.
fn narrowed(rule: &RuleOf, space: &mut Space, written: Set, harmless: Cond) -> Guarded {
    let inside = space.cond(&harmless);
    let cond = match &rule.cond {
        Cond::True => harmless,
        written => Cond::All(Cow::Owned(vec![written.clone(), harmless])),
    };
    Guarded { cond, set: space.and(written, inside), faulty: false }
}

/// The comparisons by which the rule names dangerous values: by `==` or `in`, or in another way dangerous values only
/// (`prot & PROT_EXEC != 0`). Each with what it says, all `!` around it included.
fn names(
    danger: &Danger,
    syscall: &Syscall,
    arch: Arch,
    rule: &RuleOf,
    space: &mut Space,
    dangerous: Set,
) -> Vec<(NodeId, Cond)> {
    let Some(argument) = danger.argument(syscall, arch) else { return Vec::new() };
    let mut naming = Vec::new();
    for atom in rule.atoms.iter().filter(|atom| atom.arg == argument) {
        let (Value::Known(value), Cond::Cmp(cmp)) = (atom.value, &atom.cond) else { continue };
        let cond = Cond::Cmp(Cmp { op: atom.op, ..*cmp });
        let set = space.cond(&cond);
        let only_dangerous = space.implies(set, dangerous) && !space.is_empty(set);
        // An order gives no protection a name.
        let only_dangerous = only_dangerous && (!danger.is_executable() || atom.mask.is_some());
        if atom.op == CmpOp::Eq && danger.names(value) || only_dangerous {
            naming.push((atom.node, cond));
        }
    }
    naming
}
