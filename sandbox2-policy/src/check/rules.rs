//! The rules of one call: which decide something, which contradict each other.

use std::collections::BTreeSet;

use super::Checker;
use crate::action::Action;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::meaning::{CmpOp, Rule, Value};
use crate::problem::{Problem, ProblemKind};
use crate::resolve::{CallPolicy, RuleOf};
use crate::space::{Set, Space};

/// What is known of a rule while its call is looked at.
pub(super) struct Entry<'r> {
    pub(super) rule: &'r RuleOf,
    /// Where its condition holds, narrowed by the guard against danger.
    pub(super) set: Set,
    /// Where it decides.
    decides: Set,
    /// A message about it has been given.
    pub(super) faulty: bool,
}

impl Checker<'_> {
    /// Checks the rules of one call; what comes back are the rules as they mean, guards included.
    pub(super) fn call(&mut self, arch: Arch, policy: &CallPolicy) -> Vec<Rule> {
        let mut space = Space::new();
        let mut entries: Vec<Entry<'_>> = Vec::with_capacity(policy.rules.len());
        let mut rules = Vec::with_capacity(policy.rules.len());
        let mut covered = Set::EMPTY;
        let mut by_action: Vec<(Action, Set)> = Vec::new();
        // The sort is stable: within one precedence the order stays.
        let mut ordered: Vec<&RuleOf> = policy.rules.iter().collect();
        ordered.sort_by_key(|rule| rule.rank());
        for rule in ordered {
            let written = space.cond(&rule.cond);
            let mut faulty = !rule.group && self.degenerate(&mut space, rule, written);
            let guarded = self.guard(arch, policy.syscall, rule, &mut space, written);
            faulty |= guarded.faulty;
            let uncovered = space.not(covered);
            let decides = space.and(guarded.set, uncovered);
            let mut entry = Entry { rule, set: guarded.set, decides, faulty };
            if !entry.faulty {
                entry.faulty = self.against_earlier(&mut space, policy, &mut entries, &by_action, &entry);
            }
            covered = space.or(covered, entry.set);
            match by_action.iter_mut().find(|(action, _)| *action == rule.action) {
                Some((_, set)) => *set = space.or(*set, entry.set),
                None => by_action.push((rule.action, entry.set)),
            }
            entries.push(entry);
            rules.push(Rule { cond: guarded.cond, action: rule.action, origin: rule.origin });
        }
        self.shadowed_in_blocks(&mut space, policy, &mut entries);
        self.needless_overrides(&mut space, policy, &mut entries);
        self.widening(arch, &mut space, policy, &mut entries);
        self.without_effect(arch, &mut space, policy, &mut entries);
        if space.is_exhausted() {
            let node = policy.rules.first().map_or(NodeId(0), |rule| rule.node);
            let message = format!("the conditions of `{}` together are too much to decide", policy.syscall.name);
            self.problems.report(ProblemKind::TooLong, node, message, "use fewer or simpler conditions");
        }
        self.flags_equality(policy, &entries);
        rules
    }

    /// A condition, or a part of one, that never or always holds.
    fn degenerate(&mut self, space: &mut Space, rule: &RuleOf, written: Set) -> bool {
        let Some(cond_node) = rule.cond_node else { return false };
        let mut faulty = false;
        for atom in &rule.atoms {
            let set = space.cond(&atom.cond);
            faulty |= space.is_empty(set) || space.is_full(set);
            if space.is_empty(set) {
                let hint = match atom.mask {
                    Some(_) => "the mask clears bits that the value has: compare with bits of the mask",
                    None => "no value of the argument lies beyond its ends",
                };
                self.problems.report(ProblemKind::Contradictory, atom.node, "this comparison never holds", hint);
            } else if space.is_full(set) {
                let hint = match atom.mask {
                    Some(_) => "the mask decides it, whatever the argument: compare with bits of the mask",
                    None => "it holds for every value of the argument: leave it out",
                };
                self.problems.report(ProblemKind::Vacuous, atom.node, "this comparison always holds", hint);
            }
        }
        if faulty {
            return true;
        }
        if space.is_empty(written) {
            let hint = "parts joined by `&&` exclude each other: was `||` meant?";
            self.problems.report(ProblemKind::Contradictory, cond_node, "this condition never holds", hint);
        } else if space.is_full(written) {
            let hint = "leave the condition out; or was `&&` meant instead of `||`?";
            self.problems.report(ProblemKind::Vacuous, cond_node, "this condition always holds", hint);
        }
        space.is_empty(written) || space.is_full(written)
    }

    /// Holds a rule against those before it. `covered` is where they hold, by action: most rules meet none of another action.
    fn against_earlier(
        &mut self,
        space: &mut Space,
        policy: &CallPolicy,
        earlier: &mut [Entry<'_>],
        covered: &[(Action, Set)],
        entry: &Entry<'_>,
    ) -> bool {
        let call = policy.syscall.name;
        let rule = entry.rule;
        let others = covered.iter().filter(|(action, _)| *action != rule.action);
        let others = others.fold(Set::EMPTY, |all, (_, set)| space.or(all, *set));
        let meets = space.and(others, entry.set);
        let candidates = if space.is_empty(meets) { &[][..] } else { &earlier[..] };
        let conflict = candidates.iter().position(|other| {
            let differs = other.rule.action != rule.action
                && other.rule.statement != rule.statement
                && !rule.yields_to(other.rule);
            // Nothing is said twice: a rule that is wholly decided before is reported as shadowed below.
            differs && !(other.faulty || (both_written(other, entry) && space.implies(entry.set, other.set))) && {
                let both = space.and(other.set, entry.set);
                !space.is_empty(both)
            }
        });
        if let Some(index) = conflict {
            let other = &mut earlier[index];
            let (about, related) =
                if rule.group && !other.rule.group { (other.rule, rule) } else { (rule, other.rule) };
            let mut places = vec![(related.node, "the other rule")];
            if about.via.is_some() {
                places.insert(0, (about.node, "the rule"));
            }
            self.problems.push(Problem {
                kind: ProblemKind::Overlapping,
                node: about.via.unwrap_or(about.node),
                message: format!(
                    "two rules of `{call}` overlap and differ: {} here, {} there",
                    about.action, related.action
                ),
                hint: Some(match related.group {
                    _ if about.via.or(related.via).is_some() => format!(
                        "say which is meant: `override {} {call} …;` wins over both; or leave one out",
                        about.action
                    ),
                    true => "a group decides otherwise: leave the rule out, or write out what you need of the group"
                        .to_owned(),
                    false if about.raw || related.raw => {
                        format!("a `bpf` block decides every call of `{call}`: say all of it there")
                    }
                    false => format!("put both into a block `{call} {{ … }}`, where the first that matches decides"),
                }),
                related: places,
            });
            // A user's rule that a group contradicts has had its message, too.
            other.faulty |= rule.group;
            return true;
        }
        if rule.group || rule.raw || !space.is_empty(entry.decides) || space.is_empty(entry.set) {
            return false;
        }
        let user: Vec<&Entry<'_>> = earlier.iter().filter(|other| !other.rule.group && !other.faulty).collect();
        if let Some(same) = user.iter().find(|other| other.set == entry.set && other.rule.action == rule.action) {
            self.problems.push(Problem {
                kind: ProblemKind::Duplicate,
                node: rule.node,
                message: format!("this rule of `{call}` is there already"),
                hint: Some("leave it out".to_owned()),
                related: vec![(same.rule.node, "the same rule")],
            });
            return true;
        }
        let shadowing = user.iter().find(|other| space.implies(entry.set, other.set)).or(user.first());
        // Wholly covered by groups with the same action: harmless, and groups may grow.
        let Some(shadowing) = shadowing else { return false };
        self.problems.push(Problem {
            kind: ProblemKind::Shadowed,
            node: rule.node,
            message: format!("this rule of `{call}` is never reached: an earlier one decides first"),
            hint: Some("put the narrower rule first, in one block with the other, or leave it out".to_owned()),
            related: vec![(shadowing.rule.node, "decides first")],
        });
        true
    }

    /// Actions of `bpf` blocks that earlier rules leave nothing to decide on any way that leads to them.
    fn shadowed_in_blocks(&mut self, space: &mut Space, policy: &CallPolicy, entries: &mut [Entry<'_>]) {
        let faulty: BTreeSet<u32> =
            entries.iter().filter(|entry| entry.faulty).map(|entry| entry.rule.statement).collect();
        for index in 0..entries.len() {
            let rule = entries[index].rule;
            let told = rule.group || faulty.contains(&rule.statement);
            if !rule.raw || told || !space.is_empty(entries[index].decides) {
                continue;
            }
            let same = |entry: &Entry<'_>| entry.rule.raw && entry.rule.node == rule.node;
            let lives = entries.iter().any(|entry| same(entry) && !space.is_empty(entry.decides));
            let before = entries[..index]
                .iter()
                .filter(|other| !other.rule.group && !other.faulty && other.rule.statement != rule.statement);
            let set = entries[index].set;
            let mut meeting = before.filter(|other| {
                let both = space.and(other.set, set);
                !space.is_empty(both)
            });
            let Some(deciding) = meeting.next().filter(|_| !lives).map(|other| other.rule.node) else { continue };
            entries[index].faulty = true;
            self.problems.push(Problem {
                kind: ProblemKind::Shadowed,
                node: rule.node,
                message: format!(
                    "for `{}` this action is never reached: an earlier rule decides first",
                    policy.syscall.name
                ),
                hint: Some("leave one of the two out".to_owned()),
                related: vec![(deciding, "decides first")],
            });
        }
    }

    /// Rules without which everything would be decided the same.
    fn without_effect(&mut self, arch: Arch, space: &mut Space, policy: &CallPolicy, entries: &mut [Entry<'_>]) {
        let call = policy.syscall.name;
        // Whatever comes later, taken together: most rules meet none of it.
        let mut later = vec![Set::EMPTY; entries.len()];
        for index in (1..entries.len()).rev() {
            let own = if entries[index].faulty { Set::EMPTY } else { entries[index].set };
            later[index - 1] = space.or(later[index], own);
        }
        for index in 0..entries.len() {
            let entry = &entries[index];
            let rule = entry.rule;
            if rule.group || rule.raw || rule.otherwise || entry.faulty || space.is_empty(entry.decides) {
                continue;
            }
            let default = self.default_of(arch, policy);
            let Some(instead) = instead(space, entries, index, later[index], default) else { continue };
            entries[index].faulty = true;
            match instead {
                Instead::Default => self.problems.report(
                    ProblemKind::EqualsDefault,
                    rule.node,
                    format!("without this rule the default gives `{call}` the same: {}", rule.action),
                    "leave it out",
                ),
                Instead::Later(later) => self.problems.push(Problem {
                    kind: ProblemKind::Redundant,
                    node: rule.node,
                    message: format!("without this rule a later one gives `{call}` the same: {}", rule.action),
                    hint: Some("leave it out, or make the later one narrower".to_owned()),
                    related: vec![(later.node, "the later rule")],
                }),
            }
        }
    }

    /// `prot == PROT_EXEC => KILL` lets `PROT_READ | PROT_EXEC` through, and so does `prot != PROT_EXEC => ALLOW`.
    fn flags_equality(&mut self, policy: &CallPolicy, entries: &[Entry<'_>]) {
        let some_permitted = self.default.permits() || entries.iter().any(|entry| entry.rule.action.permits());
        for entry in entries.iter().filter(|entry| !entry.rule.group && !entry.faulty) {
            let trap = if entry.rule.action.permits() { CmpOp::Ne } else { CmpOp::Eq };
            if !some_permitted {
                continue;
            }
            // On a way through a `bpf` block, what comes before its last comparison leads to other actions, too.
            let first = if entry.rule.raw { entry.rule.atoms.len().saturating_sub(1) } else { 0 };
            for atom in &entry.rule.atoms[first..] {
                let nonzero = !matches!(atom.value, Value::Known(0));
                let name = policy
                    .syscall
                    .args
                    .iter()
                    .flatten()
                    .find_map(|args| args.get(usize::from(atom.arg)))
                    .map_or("", |arg| arg.name);
                if atom.op != trap || atom.mask.is_some() || !nonzero || !is_flags(name) {
                    continue;
                }
                let effect = match entry.rule.action {
                    Action::Allow | Action::Log => {
                        "this also lets through every combination that has the flag and another"
                    }
                    _ => "this does not catch a combination that has the flag and another",
                };
                let (op, exact) = if entry.rule.action.permits() { ("==", "!=") } else { ("!=", "==") };
                let masked = match entry.rule.raw {
                    true => {
                        "look for the flag by `JA` or `JA32`; if exactly this word is meant, write a rule:".to_owned()
                    }
                    false => format!("compare under a mask: `{name} & FLAG {op} 0`; if exactly this word is meant,"),
                };
                let hint = format!("{masked} `{name} & 0xffff_ffff {exact} …`");
                let message = format!("`{name}` of `{}` is a word of flags: {effect}", policy.syscall.name);
                self.problems.report(ProblemKind::FlagsEquality, atom.node, message, hint);
                // The other comparisons of the rule are the same mistake.
                break;
            }
        }
    }
}

/// What would decide like rule `index` everywhere, were it not there.
fn instead<'r>(
    space: &mut Space,
    entries: &[Entry<'r>],
    index: usize,
    all_later: Set,
    default: Action,
) -> Option<Instead<'r>> {
    let mut rest = entries[index].decides;
    let mut by = None;
    let meets = space.and(rest, all_later);
    let met = if space.is_empty(meets) { &[][..] } else { &entries[index + 1..] };
    for later in met.iter().filter(|later| !later.faulty) {
        let hit = space.and(rest, later.set);
        if space.is_empty(hit) {
            continue;
        }
        if later.rule.action != entries[index].rule.action || later.rule.group {
            return None;
        }
        by = by.or(Some(Instead::Later(later.rule)));
        let outside = space.not(later.set);
        rest = space.and(rest, outside);
    }
    if space.is_empty(rest) {
        return by;
    }
    // Under a permitting default a rule on a dangerous call means something of its own.
    if default != entries[index].rule.action || default.permits() && entries[index].rule.danger {
        return None;
    }
    by.or(Some(Instead::Default))
}

enum Instead<'r> {
    Default,
    Later(&'r RuleOf),
}

/// Whether the later one is reported as shadowed if the earlier one leaves it nothing to decide. Of a way through a `bpf`
/// block that is not said: its action may be reached on another way.
fn both_written(earlier: &Entry<'_>, later: &Entry<'_>) -> bool {
    !earlier.rule.group && !later.rule.group && !later.rule.raw
}

/// Whether an argument of that name holds flags.
pub(crate) fn is_flags(name: &str) -> bool {
    name == "prot" || name.contains("flag") || name.contains("flg")
}
