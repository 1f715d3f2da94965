//! Two policies side by side: where they differ, and whether one permits no more than the other.
//!
//! Decided, not sampled: for each system call the rules become sets of arguments ([`Space`]), and every difference comes with
//! a call that shows it. Numbers that neither policy names are compared as ranges.

use std::fmt;

use crate::action::{Action, Errno};
use crate::arch::{Arch, X32_SYSCALL_BIT};
use crate::insn::SeccompData;
use crate::meaning::{Cmp, Cond, Meaning, Rule, SymbolId, Value, Width};
use crate::reference::{Decider, Decision};
use crate::space::{Set, Space};
use crate::tables;

/// Calls that two policies decide differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// The architecture.
    pub arch: Arch,
    /// The first number.
    pub first: u32,
    /// The last number: the same, but where neither policy has a rule.
    pub last: u32,
    /// What the first policy does.
    pub before: Action,
    /// What the second policy does.
    pub after: Action,
    /// A call that shows it.
    pub witness: SeccompData,
}

/// The policies could not be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CannotCompare {
    /// They are for different architectures.
    Architectures,
    /// The rules of a call are too many or too complicated to decide.
    TooComplex {
        /// The call's number.
        nr: u32,
    },
}

impl fmt::Display for CannotCompare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotCompare::Architectures => f.write_str("the policies are for different architectures"),
            CannotCompare::TooComplex { nr } => write!(f, "the rules of call {nr} are too complicated to compare"),
        }
    }
}

impl core::error::Error for CannotCompare {}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.before, self.after);
        if self.first != self.last {
            return write!(f, "calls {} to {}: {before}, then {after}", self.first, self.last);
        }
        match tables::syscall_by_number(self.arch, self.first) {
            Some(syscall) => f.write_str(syscall.name)?,
            None => write!(f, "syscall {}", self.first)?,
        }
        write!(f, ": {before}, then {after}; for example {}", Shown { arch: self.arch, data: &self.witness })
    }
}

/// A call as a person reads it: `write(fd = 3, buf = 0, count = 0)`.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The architecture by which its number is looked up.
    pub arch: Arch,
    /// The call.
    pub data: &'a SeccompData,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let syscall = tables::syscall_by_number(self.arch, self.data.nr);
        match syscall {
            Some(syscall) => f.write_str(syscall.name)?,
            None => write!(f, "syscall {}", self.data.nr)?,
        }
        f.write_str("(")?;
        match syscall.and_then(|syscall| syscall.args(self.arch)) {
            Some(args) => {
                for (index, (arg, register)) in args.iter().zip(self.data.args).enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{} = ", arg.name)?;
                    match (arg.width, arg.signed) {
                        (Width::W32, true) => write!(f, "{}", register as u32 as i32)?,
                        (Width::W64, true) => write!(f, "{}", register as i64)?,
                        (Width::W32, false) if register as u32 > 9 => write!(f, "{:#x}", register as u32)?,
                        (Width::W32, false) => write!(f, "{}", register as u32)?,
                        (Width::W64, false) if register > 9 => write!(f, "{register:#x}")?,
                        (Width::W64, false) => write!(f, "{register}")?,
                    }
                }
            }
            None => {
                for (index, register) in self.data.args.iter().enumerate() {
                    write!(f, "{}{register:#x}", if index == 0 { "" } else { ", " })?;
                }
            }
        }
        f.write_str(")")
    }
}

/// How much an action lets through. What a handler decides lies between: it may.
#[must_use]
pub fn permission(action: Action) -> u8 {
    match action {
        Action::Allow | Action::Log => 2,
        Action::Notify => 1,
        Action::Kill | Action::Errno(_) | Action::Trap(_) => 0,
    }
}

/// Every way in which `after` differs from `before`: by ascending number, one for each pair of actions of a call.
///
/// Symbols of the two are the same if their numbers are; give them values first ([`substitute`]) where they are not. A
/// difference that depends on a symbol's value is one that there is for some value.
///
/// # Errors
/// If that cannot be decided. Never a wrong answer.
pub fn diff(before: &Meaning, after: &Meaning) -> Result<Vec<Difference>, CannotCompare> {
    let mut found = Vec::new();
    walk(before, after, &mut |difference| {
        found.push(difference);
        true
    })?;
    Ok(found)
}

/// A call that `inner` lets through and `outer` does not; `None` if there is none. Symbols as for [`diff`].
///
/// ALLOW and LOG let through; NOTIFY may, so it is more than a denial and less than ALLOW.
///
/// # Errors
/// If that cannot be decided. Never a wrong answer.
pub fn permits_more(inner: &Meaning, outer: &Meaning) -> Result<Option<Difference>, CannotCompare> {
    let mut found = None;
    walk(inner, outer, &mut |difference| {
        if permission(difference.before) > permission(difference.after) {
            found = Some(difference);
        }
        found.is_none()
    })?;
    Ok(found)
}

/// One way in which a policy answers calls of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// What is done, and what says so.
    pub decision: Decision,
    /// A call that shows it.
    pub witness: SeccompData,
}

/// Every way in which `policy` answers the calls that a rule of `pattern` holds for, in the order of the policy's rules: one for each
/// rule that decides about one of them, with whatever arguments and whatever values of symbols.
///
/// # Errors
/// If that cannot be decided. Never a wrong answer.
pub fn answers(policy: &Meaning, pattern: &Meaning) -> Result<Vec<Answer>, CannotCompare> {
    if policy.arch != pattern.arch {
        return Err(CannotCompare::Architectures);
    }
    let mut answers = Vec::new();
    for call in pattern.calls.iter() {
        let nr = call.nr;
        let mut space = Space::new();
        let mut matching = space.not(Set::FULL);
        for rule in call.rules.iter() {
            let set = space.cond(&rule.cond);
            matching = space.or(matching, set);
        }
        let rules = policy.rules(nr);
        for (index, (action, set)) in decided(policy, nr, &mut space).into_iter().enumerate() {
            let both = space.and(matching, set);
            if space.is_exhausted() {
                return Err(CannotCompare::TooComplex { nr });
            }
            let Some(args) = space.witness(both) else { continue };
            let by = match rules.get(index) {
                Some(rule) => Decider::Rule { index, origin: rule.origin },
                None if rules.is_empty() && policy.is_newer(nr) => Decider::Baseline,
                None => Decider::Default,
            };
            let witness = SeccompData { nr, arch: policy.arch.audit(), instruction_pointer: 0, args };
            answers.push(Answer { decision: Decision { action, by }, witness });
        }
    }
    Ok(answers)
}

/// The same meaning with values for its symbols. One that has none is 0.
#[must_use]
pub fn substitute(meaning: &Meaning, symbols: &[u64]) -> Meaning {
    replace(meaning, &|symbol| Some(symbols.get(usize::from(symbol.0)).copied().unwrap_or(0)))
}

/// The same meaning with values for those of its symbols that have one; the others stay.
#[must_use]
pub fn substitute_known(meaning: &Meaning, symbols: &[Option<u64>]) -> Meaning {
    replace(meaning, &|symbol| symbols.get(usize::from(symbol.0)).copied().flatten())
}

fn replace(meaning: &Meaning, value: &impl Fn(SymbolId) -> Option<u64>) -> Meaning {
    let mut meaning = meaning.clone();
    for call in meaning.calls.to_mut() {
        for rule in call.rules.to_mut() {
            replace_in(&mut rule.cond, value);
        }
    }
    meaning
}

fn replace_in(cond: &mut Cond, known: &impl Fn(SymbolId) -> Option<u64>) {
    match cond {
        Cond::True => {}
        Cond::Cmp(Cmp { width, mask, value, .. }) => {
            for value in mask.iter_mut().chain([value]) {
                if let Value::Symbol(symbol) = *value
                    && let Some(known) = known(symbol)
                {
                    // A comparison of 32 bits is with 32 bits.
                    let known = if *width == Width::W32 { known & 0xffff_ffff } else { known };
                    *value = Value::Known(known);
                }
            }
        }
        Cond::Not(list) | Cond::All(list) | Cond::Any(list) => {
            for cond in list.to_mut() {
                replace_in(cond, known);
            }
        }
    }
}

/// Shows every difference to `visit`, until it says no.
fn walk(before: &Meaning, after: &Meaning, visit: &mut impl FnMut(Difference) -> bool) -> Result<(), CannotCompare> {
    if before.arch != after.arch {
        return Err(CannotCompare::Architectures);
    }
    let arch = before.arch;
    // x32 numbers are a violation under every policy.
    let end = if arch == Arch::X86_64 { X32_SYSCALL_BIT - 1 } else { u32::MAX };
    let mut starts = vec![0];
    for meaning in [before, after] {
        let named = meaning.calls.iter().map(|call| (call.nr, call.nr));
        for (first, last) in named.chain(meaning.newer.iter().copied()) {
            starts.push(first);
            starts.extend(last.checked_add(1));
        }
    }
    starts.retain(|start| *start <= end);
    starts.sort_unstable();
    starts.dedup();
    for (index, &first) in starts.iter().enumerate() {
        let last = starts.get(index + 1).map_or(end, |next| next - 1);
        let data = |args| SeccompData { nr: first, arch: arch.audit(), instruction_pointer: 0, args };
        let difference = |before, after, args| Difference { arch, first, last, before, after, witness: data(args) };
        if before.rules(first).is_empty() && after.rules(first).is_empty() {
            let (one, other) = (unnamed(before, first), unnamed(after, first));
            if one != other && !visit(difference(one, other, [0; 6])) {
                return Ok(());
            }
            continue;
        }
        let mut space = Space::new();
        let ones = decided(before, first, &mut space);
        let others = decided(after, first, &mut space);
        let mut seen = Vec::new();
        for &(one, one_set) in &ones {
            for &(other, other_set) in &others {
                if one == other || seen.contains(&(one, other)) {
                    continue;
                }
                let both = space.and(one_set, other_set);
                if space.is_exhausted() {
                    return Err(CannotCompare::TooComplex { nr: first });
                }
                let Some(witness) = space.witness(both) else { continue };
                seen.push((one, other));
                if !visit(difference(one, other, witness)) {
                    return Ok(());
                }
            }
        }
        if space.is_exhausted() {
            return Err(CannotCompare::TooComplex { nr: first });
        }
    }
    Ok(())
}

pub(crate) fn unnamed(meaning: &Meaning, nr: u32) -> Action {
    if meaning.is_newer(nr) { Action::Errno(Errno::ENOSYS) } else { meaning.default }
}

/// The arguments for which each rule of a call decides, and after them the default.
pub(crate) fn decided(meaning: &Meaning, nr: u32, space: &mut Space) -> Vec<(Action, Set)> {
    let rules = meaning.rules(nr);
    if rules.is_empty() {
        return vec![(unnamed(meaning, nr), Set::FULL)];
    }
    let mut left = Set::FULL;
    let mut decided = Vec::with_capacity(rules.len() + 1);
    for Rule { cond, action, .. } in rules {
        let set = space.cond(cond);
        decided.push((*action, space.and(left, set)));
        let outside = space.not(set);
        left = space.and(left, outside);
    }
    decided.push((meaning.default, left));
    decided
}
