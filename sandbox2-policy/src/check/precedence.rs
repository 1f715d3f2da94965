//! `override` and `restrict`: rules that come before others.

use super::Checker;
use super::rules::Entry;
use crate::action::{Action, Errno};
use crate::arch::Arch;
use crate::ast::Precedence;
use crate::compare::{Shown, permission};
use crate::insn::SeccompData;
use crate::problem::{Problem, ProblemKind};
use crate::resolve::{CallPolicy, RuleOf};
use crate::space::{Set, Space};

impl RuleOf {
    /// What comes first: of two that override, the importing policy's.
    pub(super) fn rank(&self) -> (Precedence, bool) {
        (self.precedence, self.precedence == Precedence::Override && self.via.is_some())
    }

    /// Whether `earlier` may decide otherwise. An `override` wins over the rules of its own policy and of those that it
    /// imports; not, unsaid, over those of a policy that imports it.
    pub(super) fn yields_to(&self, earlier: &RuleOf) -> bool {
        earlier.rank() != self.rank()
            && (earlier.precedence != Precedence::Override || earlier.via.is_none() || earlier.via == self.via)
    }
}

impl Checker<'_> {
    /// What decides about the call where no rule of it does.
    pub(super) fn default_of(&self, arch: Arch, policy: &CallPolicy) -> Action {
        let newer = policy.syscall.number(arch).is_some_and(|nr| self.is_newer(nr));
        if newer || policy.syscall.name == "clone3" { Action::Errno(Errno::ENOSYS) } else { self.default }
    }

    /// An `override` where there is nothing to win over.
    pub(super) fn needless_overrides(&mut self, space: &mut Space, policy: &CallPolicy, entries: &mut [Entry<'_>]) {
        for index in 0..entries.len() {
            let (rule, set) = (entries[index].rule, entries[index].set);
            if rule.precedence != Precedence::Override || rule.group || entries[index].faulty {
                continue;
            }
            let mut wins = |rule: &RuleOf, set| {
                entries[index + 1..].iter().any(|other| {
                    other.rule.rank() > rule.rank() && other.rule.action != rule.action && {
                        let both = space.and(other.set, set);
                        !space.is_empty(both)
                    }
                })
            };
            // The ways through a `bpf` block are one.
            let of_block = |other: &&Entry<'_>| rule.raw && other.rule.statement == rule.statement;
            if wins(rule, set) || entries.iter().filter(of_block).any(|other| wins(other.rule, other.set)) {
                continue;
            }
            for other in entries.iter_mut().filter(|other| rule.raw && other.rule.statement == rule.statement) {
                other.faulty = true;
            }
            entries[index].faulty = true;
            self.problems.report(
                ProblemKind::NeedlessOverride,
                rule.node,
                format!(
                    "no other rule of `{}` says anything else here: there is nothing to override",
                    policy.syscall.name
                ),
                "leave the word `override` out",
            );
        }
    }

    /// A `restrict` that would let through more than what it restricts.
    pub(super) fn widening(&mut self, arch: Arch, space: &mut Space, policy: &CallPolicy, entries: &mut [Entry<'_>]) {
        let default = self.default_of(arch, policy);
        for index in 0..entries.len() {
            let rule = entries[index].rule;
            if rule.precedence != Precedence::Restrict || entries[index].faulty || permission(rule.action) == 0 {
                continue;
            }
            // What is left of the rule's set for the rules below, in their order.
            let mut left = entries[index].set;
            let mut denied = None;
            for other in entries.iter().filter(|other| other.rule.precedence != Precedence::Restrict) {
                let both = space.and(left, other.set);
                if space.is_empty(both) {
                    continue;
                }
                if permission(other.rule.action) < permission(rule.action) {
                    denied = denied.or(Some((other.rule.action, Some(other.rule.node), both)));
                }
                let outside = space.not(other.set);
                left = space.and(left, outside);
            }
            if denied.is_none() && !space.is_empty(left) && permission(default) < permission(rule.action) {
                denied = Some((default, None, left));
            }
            let Some((action, place, set)) = denied else { continue };
            entries[index].faulty = true;
            let call = example(arch, space, policy, set);
            self.problems.push(Problem {
                kind: ProblemKind::Widens,
                node: rule.node,
                message: format!("`restrict` can only narrow, but this turns {action} into {} for {call}", rule.action),
                hint: Some("allow it with an ordinary rule or with `override`, or narrow the condition".to_owned()),
                related: place.map(|node| (node, "what it would widen")).into_iter().collect(),
            });
        }
    }
}

/// A call of the set, as far as it is known.
fn example(arch: Arch, space: &Space, policy: &CallPolicy, set: Set) -> String {
    let (Some(args), Some(nr)) = (space.witness(set), policy.syscall.number(arch)) else {
        return format!("`{}`", policy.syscall.name);
    };
    format!("`{}`", Shown { arch, data: &SeccompData { nr, args, ..SeccompData::default() } })
}
