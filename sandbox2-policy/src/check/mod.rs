//! How the rules of a policy act on each other, and what in them is dangerous.
//!
//! Comes after [`resolve`](crate::resolve), before `compile`. For each call the conditions of its rules become sets of
//! arguments ([`Space`](crate::space::Space)), so that "never", "always", "already decided" and "differs" are decided, not guessed. What comes out
//! is the meaning of the policy on each architecture, guards against dangerous arguments included.

mod dangers;
mod precedence;
mod rules;

#[cfg(feature = "formats")]
pub(crate) use rules::is_flags;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::action::{Action, Errno};
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::compare::{Shown, permits_more};
use crate::danger::{Danger, SIBLINGS, danger, dangers};
use crate::meaning::{BUILT_IN, CallRules, Cond, Meaning, OriginId, Rule};
use crate::problem::{Problem, ProblemKind, Problems};
use crate::resolve::{CallPolicy, Ceiling, Limit, OriginSpec, Resolved, RuleOf, Slot, Symbol, newer_than};
use crate::surroundings::{Mount, Network};
use crate::tables;

/// A policy that was checked. Whether it may be compiled is said by the problems found on the way: only if there are none.
#[derive(Debug)]
pub struct CheckedPolicy {
    meanings: [Meaning; 3],
    origins: Vec<OriginSpec>,
    default_node: Option<NodeId>,
    symbols: Vec<Symbol>,
    constants: BTreeSet<&'static str>,
    missing: Vec<(Arch, Problem)>,
    mounts: Vec<Mount>,
    hostname: Option<String>,
    network: Network,
    baseline: Option<(u16, u16)>,
    limits: Vec<Limit>,
    hot: [Vec<u32>; 3],
    slots: Vec<Slot>,
}

impl CheckedPolicy {
    /// What the policy means on `arch`.
    #[must_use]
    pub fn meaning(&self, arch: Arch) -> &Meaning {
        &self.meanings[arch.index()]
    }

    /// Where its rules were written; an [`OriginId`] is an index into this.
    #[must_use]
    pub fn origins(&self) -> &[OriginSpec] {
        &self.origins
    }

    /// Where the default was written; `None` for the implicit KILL.
    #[must_use]
    pub fn default_node(&self) -> Option<NodeId> {
        self.default_node
    }

    /// The Rust constants that it compares with; a `SymbolId` is an index into this.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// The kernel's constants that it names.
    #[must_use]
    pub fn constants(&self) -> &BTreeSet<&'static str> {
        &self.constants
    }

    /// What is wrong only when compiling for that architecture.
    #[must_use]
    pub fn missing(&self) -> &[(Arch, Problem)] {
        &self.missing
    }

    /// The sandboxee's files.
    #[must_use]
    pub fn mounts(&self) -> &[Mount] {
        &self.mounts
    }

    /// Its host name.
    #[must_use]
    pub fn hostname(&self) -> Option<&str> {
        self.hostname.as_deref()
    }

    /// Its network.
    #[must_use]
    pub fn network(&self) -> Network {
        self.network
    }

    /// The oldest kernel whose system calls it knows: what is newer gives ENOSYS.
    #[must_use]
    pub fn baseline(&self) -> Option<(u16, u16)> {
        self.baseline
    }

    /// The bounds that it sets for its programs.
    #[must_use]
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// The numbers to decide soonest on `arch`, the first one first.
    #[must_use]
    pub fn hot(&self, arch: Arch) -> &[u32] {
        &self.hot[arch.index()]
    }

    /// Its values that are known only at launch.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }
}

/// Checks a resolved policy.
#[must_use]
pub fn check(resolved: Resolved, problems: &mut Problems) -> CheckedPolicy {
    let Resolved { calls, mut origins, default, symbols, constants, missing, mounts, hostname, network, .. } = resolved;
    let Resolved { baseline, limits, hot, slots, ceilings, .. } = resolved;
    let mut checker = Checker { problems, default: default.action, newer: Vec::new(), origins: &mut origins };
    let [x86_64, aarch64, riscv64] = calls;
    let mut seen = BTreeMap::new();
    let meanings = [(Arch::X86_64, x86_64), (Arch::Aarch64, aarch64), (Arch::Riscv64, riscv64)].map(|(arch, calls)| {
        checker.newer = baseline.map_or_else(Vec::new, |version| newer_than(arch, version));
        checker.arch(arch, calls, &mut seen)
    });
    under_ceilings(&meanings, ceilings, problems);
    CheckedPolicy {
        meanings,
        origins,
        default_node: default.node,
        symbols,
        constants,
        missing,
        mounts,
        hostname,
        network,
        baseline,
        limits,
        hot,
        slots,
    }
}

/// Proves that nothing is permitted that a policy denies which this one may only narrow.
fn under_ceilings(meanings: &[Meaning; 3], ceilings: Vec<Ceiling>, problems: &mut Problems) {
    for Ceiling { path, node, resolved } in ceilings {
        // What is wrong with that policy is said where it was written.
        let ceiling = check(*resolved, &mut Problems::default());
        for meaning in meanings {
            let (message, hint) = match permits_more(meaning, ceiling.meaning(meaning.arch)) {
                Ok(None) => continue,
                Ok(Some(more)) => (
                    format!(
                        "this policy permits more than `{path}`: {} for {}, where that says {} ({})",
                        more.before,
                        Shown { arch: more.arch, data: &more.witness },
                        more.after,
                        more.arch.name(),
                    ),
                    "leave out what allows it, or allow it there too",
                ),
                Err(error) => (error.to_string(), "use fewer or simpler conditions"),
            };
            problems.report(ProblemKind::Widens, node, message, hint);
            break;
        }
    }
}

struct Checker<'c> {
    problems: &'c mut Problems,
    default: Action,
    /// The numbers newer than the baseline on the architecture at hand.
    newer: Vec<(u32, u32)>,
    origins: &'c mut Vec<OriginSpec>,
}

/// The rules of calls that have been checked on another architecture, with what came of them.
type Seen = BTreeMap<&'static str, (Vec<RuleOf>, Vec<Rule>)>;

impl Checker<'_> {
    fn arch(&mut self, arch: Arch, mut calls: BTreeMap<u32, CallPolicy>, seen: &mut Seen) -> Meaning {
        for policy in calls.values_mut() {
            if policy.rules.iter().any(|rule| !rule.fallback) {
                policy.rules.retain(|rule| !rule.fallback);
            }
        }
        self.clone3_unseen(&calls);
        self.siblings(arch, &calls);
        let mut rules: BTreeMap<u32, Vec<Rule>> = BTreeMap::new();
        for (nr, policy) in &calls {
            let name = policy.syscall.name;
            let known = seen.get(name).filter(|(before, _)| *before == policy.rules);
            let checked = match known {
                Some((_, checked)) => checked.clone(),
                None => {
                    let checked = self.call(arch, policy);
                    seen.insert(name, (policy.rules.clone(), checked.clone()));
                    checked
                }
            };
            rules.insert(*nr, checked);
        }
        self.built_in(arch, &mut rules);
        let calls: Vec<CallRules> = rules
            .into_iter()
            .filter(|(_, rules)| !rules.is_empty())
            .map(|(nr, rules)| CallRules { nr, rules: Cow::Owned(rules) })
            .collect();
        Meaning {
            arch,
            calls: Cow::Owned(calls),
            newer: Cow::Owned(std::mem::take(&mut self.newer)),
            default: self.default,
        }
    }

    /// What holds without being written: `clone3` gives ENOSYS, and where the default lets calls through, the dangerous ones
    /// are violations all the same.
    fn built_in(&mut self, arch: Arch, rules: &mut BTreeMap<u32, Vec<Rule>>) {
        let clone3 = tables::syscall("clone3").and_then(|syscall| syscall.number(arch));
        let unnamed = clone3.filter(|nr| !rules.contains_key(nr));
        if let Some(nr) = unnamed {
            rules.entry(nr).or_insert_with(|| {
                let text = "clone3 gives ENOSYS unless a rule names it, so that the C library falls back to clone";
                let action = Action::Errno(Errno::ENOSYS);
                vec![Rule { cond: Cond::True, action, origin: self.built_in_origin(text) }]
            });
        }
        // What the rules of a newer call leave undecided is as unknown as a newer call without rules.
        for (nr, rules) in rules.iter_mut() {
            if self.is_newer(*nr) && !rules.is_empty() && rules.iter().all(|rule| rule.cond != Cond::True) {
                let text = "calls newer than the baseline give ENOSYS";
                let action = Action::Errno(Errno::ENOSYS);
                rules.push(Rule { cond: Cond::True, action, origin: self.built_in_origin(text) });
            }
        }
        if !self.default.permits() {
            return;
        }
        for danger in dangers() {
            let Some(syscall) = tables::syscall(danger.call) else { continue };
            let Some(nr) = syscall.number(arch) else { continue };
            // ENOSYS has decided already.
            if Some(nr) == unnamed || self.is_newer(nr) {
                continue;
            }
            let text = "dangerous calls are violations unless a rule inside `danger` allows them";
            let origin = self.built_in_origin(text);
            let rule = Rule { cond: danger.cond(syscall, arch), action: Action::Kill, origin };
            rules.entry(nr).or_default().push(rule);
        }
    }

    /// Whether the number is newer than the baseline.
    pub(super) fn is_newer(&self, nr: u32) -> bool {
        self.newer.iter().any(|&(first, last)| first <= nr && nr <= last)
    }

    fn built_in_origin(&mut self, text: &str) -> OriginId {
        let group = Some(BUILT_IN.to_owned());
        let known = self.origins.iter().position(|origin| origin.text == text && origin.group == group);
        let index = known.unwrap_or_else(|| {
            self.origins.push(OriginSpec { node: NodeId(0), text: text.to_owned(), group, import: None });
            self.origins.len() - 1
        });
        OriginId(u16::try_from(index).unwrap_or(u16::MAX))
    }

    fn clone3_unseen(&mut self, calls: &BTreeMap<u32, CallPolicy>) {
        let named = |name: &str| calls.values().find(|policy| policy.syscall.name == name);
        let (Some(clone), Some(clone3)) = (named("clone"), named("clone3")) else { return };
        let Some(permitting) = clone3.rules.iter().find(|rule| rule.action.permits()) else { return };
        let Some(conditional) = clone.rules.iter().find(|rule| !rule.atoms.is_empty()) else { return };
        self.problems.push(Problem {
            kind: ProblemKind::Clone3Unseen,
            node: permitting.node,
            message:
                "`clone3` has its flags behind a pointer, where no filter sees them: it goes around the rule on the \
                      flags of `clone`"
                    .to_owned(),
            hint: Some(
                "leave the rule on `clone3` out: it then gives ENOSYS, and the C library uses `clone`".to_owned(),
            ),
            related: vec![(conditional.node, "the rule on `clone`")],
        });
    }

    /// Under a default that lets calls through: whoever denies a call must deny the others that do the same.
    fn siblings(&mut self, arch: Arch, calls: &BTreeMap<u32, CallPolicy>) {
        if !self.default.permits() {
            return;
        }
        for family in SIBLINGS {
            let rules_of =
                |name: &str| calls.values().find(|policy| policy.syscall.name == name).map(|policy| &policy.rules);
            let denied = family.iter().find_map(|name| {
                rules_of(name)?.iter().find(|rule| !rule.group && !rule.action.permits()).map(|rule| (*name, rule.node))
            });
            let Some((denied, node)) = denied else { continue };
            let forgotten: Vec<String> = family
                .iter()
                .filter(|name| rules_of(name).is_none() && **name != "clone3")
                .filter(|name| danger(name).is_none_or(Danger::argument_dependent))
                .filter(|name| tables::syscall(name).is_some_and(|syscall| syscall.number(arch).is_some()))
                .map(|name| format!("`{name}`"))
                .collect();
            if forgotten.is_empty() {
                continue;
            }
            self.problems.report(
                ProblemKind::SiblingForgotten,
                node,
                format!(
                    "`{denied}` is denied, but the default lets {} through, which can do the same",
                    forgotten.join(", ")
                ),
                "name these calls too: deny them, or allow them on purpose",
            );
        }
    }
}
