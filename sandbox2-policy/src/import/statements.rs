//! From rules on registers to statements of the language.
//!
//! Comes after a format's parser and [`narrow`](super::narrow); what comes out is a [`PolicyDef`] that passes every check of
//! the language and permits no call that the source denies. What had to become stricter is noted.

use std::collections::BTreeMap;

use super::machine::{Arm, Comparison};
use super::narrow::{Narrow, Read, Test, any, narrow};
use super::{ImportError, Notes, Places};
use crate::action::{Action, Errno};
use crate::arch::{Arch, X32_SYSCALL_BIT};
use crate::ast::{
    ActionKind, ActionSpec, Arm as ArmSpec, BlockSpec, CallName, CmpSpec, CondSpec, Context, InSpec, Item, Name,
    NodeId, PolicyDef, RuleSpec, SetSpec, Subject, ValueSpec,
};
use crate::check::is_flags;
use crate::compare::permission;
use crate::danger::{SIBLINGS, danger, dangers};
use crate::meaning::CmpOp;
use crate::space::{Set, Space};
use crate::tables::{self, Arg, Syscall};

/// How many rules one call may have.
const MOST_ARMS: usize = 4096;
/// How many comparisons the rules of one call may have.
const MOST_COMPARISONS: usize = 8192;

/// A policy as rules on registers.
pub(super) struct Source<'t> {
    /// The tool, as it is named in messages.
    pub(super) tool: &'t str,
    /// The architectures that it is imported for.
    pub(super) arches: Vec<Arch>,
    /// What decides where no rule does.
    pub(super) default: Action,
    /// Where that stands.
    pub(super) default_node: NodeId,
    /// The rules of each call by [`Arch::index`], in order of the calls' first appearance.
    pub(super) calls: Calls,
}

/// The rules of calls.
#[derive(Default)]
pub(super) struct Calls {
    order: Vec<&'static Syscall>,
    rules: BTreeMap<&'static str, [Vec<Arm>; 3]>,
}

impl Calls {
    /// Adds a rule of a call on `arch`, after those that it has.
    pub(super) fn push(&mut self, syscall: &'static Syscall, arch: Arch, arm: Arm) {
        let rules = self.rules.entry(syscall.name).or_insert_with(|| {
            self.order.push(syscall);
            Default::default()
        });
        rules[arch.index()].push(arm);
    }
}

/// A rule that decides something.
#[derive(Clone, PartialEq)]
struct Decided {
    cond: Narrow,
    action: Action,
    danger: bool,
    node: NodeId,
}

/// The statements for `source`.
pub(super) fn statements(mut source: Source<'_>, places: &Places, notes: &mut Notes) -> Result<PolicyDef, ImportError> {
    if source.default.permits() && source.arches.len() < Arch::ALL.len() {
        return Err(places.error(
            source.default_node,
            "the policy lets through what it does not name, and is imported for some architectures only: on the others it \
             would deny nothing",
            "import it for all architectures",
        ));
    }
    without_clone3(&mut source, notes);
    let mut writer = Writer { source: &source, places, notes, plain: Vec::new(), written: Vec::new() };
    for syscall in &source.calls.order {
        writer.call(syscall)?;
    }
    writer.siblings();
    let Writer { plain, written, .. } = writer;
    let mut items = Vec::new();
    if source.default != Action::Kill {
        let danger = source.default.permits();
        items.push(Item::Default {
            action: action(source.default, source.default_node),
            danger,
            node: source.default_node,
        });
        if danger {
            notes.add(
                source.default_node,
                "calls that can undo the sandbox stay violations although the default permits: \
                 they must be allowed by name, inside `danger`"
                    .to_owned(),
            );
        }
    }
    items.extend(plain.into_iter().map(|(_, rule)| Item::Rule(Box::new(rule))));
    items.extend(written);
    Ok(PolicyDef { items })
}

/// No filter sees the flags of `clone3`: rules about those of `clone` are worth nothing beside it.
fn without_clone3(source: &mut Source<'_>, notes: &mut Notes) {
    let conditional = |arms: &[Vec<Arm>; 3]| {
        arms.iter().flatten().any(|arm| {
            let mut cmps: Vec<&Comparison> = Vec::new();
            arm.cond.comparisons(&mut cmps);
            !cmps.is_empty()
        })
    };
    if !source.calls.rules.get("clone").is_some_and(conditional) {
        return;
    }
    let Some(arms) = source.calls.rules.get("clone3") else { return };
    let Some(permitting) = arms.iter().flatten().find(|arm| arm.action.permits()) else { return };
    notes.add(
        permitting.node,
        "`clone3` is left out and gives ENOSYS, so that C libraries use `clone`: its flags cannot be seen, and it would go \
         around the rules about those of `clone`"
            .to_owned(),
    );
    source.calls.rules.remove("clone3");
    source.calls.order.retain(|syscall| syscall.name != "clone3");
}

/// What the rules of many calls have in common: the action, whether in `danger`, and where.
type Kind = (Action, bool, Option<Vec<Arch>>);

struct Writer<'w> {
    source: &'w Source<'w>,
    places: &'w Places,
    notes: &'w mut Notes,
    /// Rules without conditions, many calls each.
    plain: Vec<(Kind, RuleSpec)>,
    written: Vec<Item>,
}

impl Writer<'_> {
    fn call(&mut self, syscall: &'static Syscall) -> Result<(), ImportError> {
        let Some(rules) = self.source.calls.rules.get(syscall.name) else { return Ok(()) };
        let mut groups: Vec<(Vec<Arch>, Vec<Written>)> = Vec::new();
        for arch in self.source.arches.iter().copied().filter(|arch| syscall.number(*arch).is_some()) {
            let arms = self.decided(syscall, arch, &rules[arch.index()])?;
            let written: Vec<Written> = arms.iter().map(|arm| Written::of(arm, syscall, arch)).collect();
            if written.is_empty() {
                continue;
            }
            match groups.iter_mut().find(|group| group.1 == written) {
                Some(group) => group.0.push(arch),
                None => groups.push((vec![arch], written)),
            }
        }
        let present: Vec<Arch> = Arch::ALL.into_iter().filter(|arch| syscall.number(*arch).is_some()).collect();
        for (arches, arms) in groups {
            let everywhere = arches == present;
            let name = CallName {
                name: Name { text: syscall.name.to_owned(), node: arms[0].node },
                optional: everywhere && present.len() < Arch::ALL.len(),
                number: syscall.name.strip_prefix("syscall ").and_then(|number| number.parse().ok()),
            };
            self.write(name, arms, (!everywhere).then_some(arches));
        }
        Ok(())
    }

    fn write(&mut self, call: CallName, mut arms: Vec<Written>, arches: Option<Vec<Arch>>) {
        let danger = arms.iter().any(|arm| arm.danger);
        let context = Context { danger, arches: arches.clone(), ..Context::default() };
        if arms.len() > 1 {
            let arms = arms.into_iter().map(|arm| ArmSpec {
                action: action(arm.action, arm.node),
                cond: arm.cond,
                node: arm.node,
            });
            return self.written.push(Item::Block(BlockSpec { call, arms: arms.collect(), context }));
        }
        let arm = arms.swap_remove(0);
        let rule = RuleSpec { action: action(arm.action, arm.node), calls: vec![call], cond: arm.cond, context };
        if rule.cond.is_some() {
            return self.written.push(Item::Rule(Box::new(rule)));
        }
        let key = (arm.action, danger, arches);
        match self.plain.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.calls.extend(rule.calls),
            None => self.plain.push((key, rule)),
        }
    }

    /// The rules of a call that decide something, narrowed to what the kernel reads.
    fn decided(&mut self, syscall: &'static Syscall, arch: Arch, arms: &[Arm]) -> Result<Vec<Decided>, ImportError> {
        let Some(first) = arms.first() else { return Ok(Vec::new()) };
        self.comparable(syscall, arch, arms)?;
        let args = syscall.args(arch);
        let reads: Vec<Read> = (0..6)
            .map(|index| Read::of(args.and_then(|args| args.get(usize::from(index)))).among(index, arms))
            .collect();
        let read = |index: u8| reads[usize::from(index).min(5)];
        let mut space = Space::new();
        let mut covered = Set::EMPTY;
        let mut kept: Vec<(Decided, Set)> = Vec::new();
        for run in arms.chunk_by(|a, b| a.action == b.action) {
            let mut live = Vec::new();
            for arm in run {
                let cond = narrow(&arm.cond, false, &read);
                let set = space.cond(&cond.cond(&read));
                let uncovered = space.not(covered);
                let decides = space.and(set, uncovered);
                if space.is_empty(decides) {
                    let never = space.is_empty(set);
                    self.unreached(syscall, arm, never);
                    continue;
                }
                covered = space.or(covered, set);
                // What holds for all the rest is not said again.
                let cond = if space.is_full(covered) { Narrow::Known(true) } else { cond };
                live.push(cond);
            }
            if live.is_empty() {
                continue;
            }
            let cond = any(live.into_iter());
            self.pointers(syscall, args, &cond)?;
            let set = space.cond(&cond.cond(&read));
            let dangerous = danger(syscall.name).filter(|_| run[0].action.permits()).is_some_and(|danger| {
                let dangerous = space.cond(&danger.cond(syscall, arch));
                let both = space.and(set, dangerous);
                !space.is_empty(both)
            });
            kept.push((Decided { cond, action: run[0].action, danger: dangerous, node: run[0].node }, set));
        }
        let cut = kept.iter().position(|(arm, _)| arm.cond == Narrow::Known(true)).map_or(kept.len(), |at| at + 1);
        kept.truncate(cut);
        self.needed(&mut space, &mut kept, syscall);
        if space.is_exhausted() {
            return Err(self.places.error(
                first.node,
                format!("the conditions of `{}` together are too much to decide", syscall.name),
                "use fewer or simpler conditions",
            ));
        }
        let mut covered = Set::EMPTY;
        for (arm, set) in &kept {
            let uncovered = space.not(covered);
            let decides = space.and(*set, uncovered);
            covered = space.or(covered, *set);
            let Some(danger) = danger(syscall.name).filter(|_| arm.action.permits()) else { continue };
            let dangerous = space.cond(&danger.cond(syscall, arch));
            let effective = space.and(decides, dangerous);
            if !space.is_empty(effective) {
                self.notes.add(
                    arm.node,
                    format!("`{}` {}: the source lets it, so it stands in `danger`", syscall.name, danger.because),
                );
            }
        }
        Ok(kept.into_iter().map(|(arm, _)| arm).collect())
    }

    fn unreached(&mut self, syscall: &Syscall, arm: &Arm, never: bool) {
        let why = if never { "its condition never holds" } else { "an earlier rule decides first" };
        let said = self.source.tool;
        self.notes.add(arm.node, format!("this rule of `{}` is left out: {why}, in {said} too", syscall.name));
    }

    /// Drops rules without which everything would be decided the same.
    fn needed(&self, space: &mut Space, kept: &mut Vec<(Decided, Set)>, syscall: &Syscall) {
        // That it gives ENOSYS need not be said.
        let enosys = |arm: &Decided| arm.cond == Narrow::Known(true) && arm.action == Action::Errno(Errno::ENOSYS);
        if syscall.name == "clone3" && matches!(kept.as_slice(), [(only, _)] if enosys(only)) {
            kept.clear();
        }
        let mut index = kept.len();
        while index > 0 {
            index -= 1;
            let mut covered = Set::EMPTY;
            for (_, set) in &kept[..index] {
                covered = space.or(covered, *set);
            }
            let outside = space.not(covered);
            let mut rest = space.and(kept[index].1, outside);
            let action = kept[index].0.action;
            // Under a default that permits, a rule on a dangerous call means something of its own.
            let special = self.source.default.permits() && kept[index].0.danger || syscall.name == "clone3";
            let same = kept[index + 1..].iter().all(|(later, set)| {
                let hit = space.and(rest, *set);
                let outside = space.not(*set);
                rest = space.and(rest, outside);
                space.is_empty(hit) || later.action == action
            });
            if same && (space.is_empty(rest) || self.source.default == action && !special) {
                kept.remove(index);
            }
        }
    }

    /// Whether the arguments that are compared are there, and known.
    fn comparable(&self, syscall: &Syscall, arch: Arch, arms: &[Arm]) -> Result<(), ImportError> {
        let mut cmps = Vec::new();
        arms.iter().for_each(|arm| arm.cond.comparisons(&mut cmps));
        let Some(first) = cmps.first() else { return Ok(()) };
        let name = syscall.name;
        if arms.len() > MOST_ARMS || cmps.len() > MOST_COMPARISONS {
            let message = format!("`{name}` has more than {MOST_ARMS} rules or {MOST_COMPARISONS} comparisons");
            return Err(self.places.error(first.node, message, "use fewer or simpler conditions"));
        }
        let Some(args) = syscall.args(arch) else {
            if syscall.is_numbered() {
                return Ok(());
            }
            let message = format!("the arguments of `{name}` are not known");
            return Err(self.places.error(first.node, message, "leave the condition out, or leave the call out"));
        };
        match cmps.iter().find(|cmp| usize::from(cmp.arg) >= args.len()) {
            Some(beyond) => Err(self.places.error(
                beyond.node,
                format!(
                    "`{name}` has {} arguments on {}: the kernel does not read argument {}",
                    args.len(),
                    arch.name(),
                    beyond.arg
                ),
                "leave the comparison out: whoever makes the call can put anything there",
            )),
            None => Ok(()),
        }
    }

    /// What a pointer points at can change: it is compared with NULL or not at all.
    fn pointers(&self, syscall: &Syscall, args: Option<&[Arg]>, cond: &Narrow) -> Result<(), ImportError> {
        let pointer = |test: &Test| args.and_then(|args| args.get(usize::from(test.arg))).filter(|arg| arg.pointer);
        let wrong = |test: &Test| {
            let null = test.value == 0 && test.mask.is_none() && matches!(test.op, CmpOp::Eq | CmpOp::Ne);
            pointer(test).is_some() && !null
        };
        let Some(test) = cond.find(&wrong) else { return Ok(()) };
        let (name, ty) = pointer(test).map_or(("", ""), |arg| (arg.name, arg.ty));
        Err(self.places.error(
            test.node,
            format!("`{name}` of `{}` is a pointer (`{ty}`)", syscall.name),
            "a pointer can only be compared with 0: what it points at can change after the check",
        ))
    }

    /// Whoever denies a call under a default that permits must say that its siblings are meant to be let through.
    fn siblings(&mut self) {
        if !self.source.default.permits() {
            return;
        }
        let named = |name: &str| self.source.calls.rules.contains_key(name);
        let mut forgotten: Vec<&str> = Vec::new();
        for family in SIBLINGS {
            let denies = |name: &&&str| {
                self.source
                    .calls
                    .rules
                    .get(**name)
                    .is_some_and(|rules| rules.iter().flatten().any(|arm| !arm.action.permits()))
            };
            if family.iter().any(|name| denies(&name)) {
                let open = family.iter().filter(|name| !named(name) && **name != "clone3");
                let open = open.filter(|name| dangers().iter().all(|danger| danger.call != **name));
                forgotten.extend(open.filter(|name| tables::syscall(name).is_some()));
            }
        }
        forgotten.sort_unstable();
        forgotten.dedup();
        let node = self.source.default_node;
        for name in &forgotten {
            let Some(syscall) = tables::syscall(name) else { continue };
            let optional = syscall.numbers.contains(&None);
            let call = CallName { name: Name { text: (*name).to_owned(), node }, optional, number: None };
            let arms = vec![ArmSpec { cond: None, action: action(self.source.default, node), node }];
            self.written.push(Item::Block(BlockSpec { call, arms, context: Context::default() }));
        }
        if !forgotten.is_empty() {
            let names = forgotten.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            self.notes
                .add(node, format!("{names} can do what a call that is denied does, and the source lets them through"));
        }
    }
}

/// A rule in the language, to be held against that of another architecture.
#[derive(PartialEq)]
struct Written {
    cond: Option<CondSpec>,
    action: Action,
    danger: bool,
    node: NodeId,
}

impl Written {
    fn of(arm: &Decided, syscall: &Syscall, arch: Arch) -> Written {
        let speller = Speller { syscall, arch, permits: arm.action.permits(), node: arm.node };
        let cond = (arm.cond != Narrow::Known(true)).then(|| speller.cond(&arm.cond));
        Written { cond, action: arm.action, danger: arm.danger, node: arm.node }
    }
}

/// Spells conditions.
struct Speller<'s> {
    syscall: &'s Syscall,
    arch: Arch,
    permits: bool,
    node: NodeId,
}

impl Speller<'_> {
    fn cond(&self, narrow: &Narrow) -> CondSpec {
        match narrow {
            // Conditions that are known are not spelled: they were folded before.
            Narrow::Known(_) => CondSpec::All(Vec::new(), self.node),
            Narrow::Test(test) => self.test(test),
            Narrow::All(parts) => CondSpec::All(parts.iter().map(|part| self.cond(part)).collect(), self.node),
            Narrow::Any(parts) => match self.any(parts) {
                mut parts if parts.len() == 1 => parts.swap_remove(0),
                parts => CondSpec::Any(parts, self.node),
            },
        }
    }

    /// Equalities of one argument become a list.
    fn any(&self, parts: &[Narrow]) -> Vec<CondSpec> {
        let mut out: Vec<(Option<&Test>, CondSpec)> = Vec::new();
        for part in parts {
            let Narrow::Test(test) = part else {
                out.push((None, self.cond(part)));
                continue;
            };
            let listed =
                test.op == CmpOp::Eq && !self.arg(test.arg).is_some_and(|arg| arg.pointer) && !self.masked_whole(test);
            let known = out.iter_mut().find(|(first, _)| {
                listed && first.is_some_and(|first| (first.arg, first.mask) == (test.arg, test.mask))
            });
            match known {
                None => out.push((listed.then_some(test), self.test(test))),
                Some((_, CondSpec::In(InSpec { set: SetSpec::List(values), .. }))) => values.push(self.value(test)),
                Some((_, cond)) => {
                    let CondSpec::Cmp(CmpSpec { subject, value, node, .. }) = cond.clone() else { continue };
                    let set = SetSpec::List(vec![value, self.value(test)]);
                    *cond = CondSpec::In(InSpec { subject, set, node });
                }
            }
        }
        out.into_iter().map(|(_, cond)| cond).collect()
    }

    fn arg(&self, index: u8) -> Option<&'static Arg> {
        self.syscall.args(self.arch)?.get(usize::from(index))
    }

    /// A comparison of a whole word of flags that looks like a mistake is written so that it is none.
    fn masked_whole(&self, test: &Test) -> bool {
        let trap = if self.permits { CmpOp::Ne } else { CmpOp::Eq };
        test.mask.is_none()
            && test.value != 0
            && test.op == trap
            && self.arg(test.arg).is_some_and(|arg| is_flags(arg.name))
    }

    fn test(&self, test: &Test) -> CondSpec {
        let arg = self.arg(test.arg);
        let text = match arg {
            // A name that another argument has as its position would be that one.
            Some(arg) => arg.name.to_owned(),
            None => format!("arg{}", test.arg),
        };
        let name = |text: String| Name { text, node: test.node };
        let full = Read::of(arg).whole();
        let mask =
            test.mask.or(self.masked_whole(test).then_some(full)).map(|mask| number(mask.into(), mask > 9, test.node));
        let subject = Subject { arg: name(text), ty: arg.is_none().then(|| name("u64".to_owned())), mask };
        CondSpec::Cmp(CmpSpec { subject, op: test.op, value: self.value(test), node: test.node })
    }

    fn value(&self, test: &Test) -> ValueSpec {
        let arg = self.arg(test.arg);
        let read = Read::of(arg);
        if arg.is_some_and(|arg| arg.pointer) {
            return ValueSpec::Null(test.node);
        }
        if let Some(words) = self.words(test, read) {
            return words;
        }
        let bits = test.mask.is_some() || self.masked_whole(test);
        let value = if bits { test.value.into() } else { Narrow::number(test.value, read) };
        number(value, value > 9 && (bits || !read.signed), test.node)
    }

    /// The constants of the source, where they are this value.
    fn words(&self, test: &Test, read: Read) -> Option<ValueSpec> {
        let value = |word: &String| tables::constant(word).and_then(|constant| constant.values[self.arch.index()]);
        let all = test.words.iter().try_fold(0, |all, word| Some(all | value(word)?))?;
        if test.words.is_empty() || all.cast_unsigned() & read.whole() != test.value || all < 0 && !read.signed {
            return None;
        }
        let constant = |word: &String| ValueSpec::Constant(Name { text: word.clone(), node: test.node });
        let mut values: Vec<ValueSpec> = test.words.iter().map(constant).collect();
        Some(if values.len() == 1 { values.swap_remove(0) } else { ValueSpec::Or(values, test.node) })
    }
}

fn number(value: i128, hex: bool, node: NodeId) -> ValueSpec {
    let text = if hex { format!("{value:#x}") } else { value.to_string() };
    ValueSpec::Int { value, suffix: None, text, node }
}

fn action(action: Action, node: NodeId) -> ActionSpec {
    let kind = match action {
        Action::Allow => ActionKind::Allow,
        Action::Kill => ActionKind::Kill,
        Action::Log => ActionKind::Log,
        Action::Notify => ActionKind::Notify,
        Action::Trap(data) => ActionKind::Trap(number(data.into(), false, node)),
        Action::Errno(errno) => ActionKind::Errno(match tables::errno_name(errno) {
            Some(name) => ValueSpec::Constant(Name { text: name.to_owned(), node }),
            None => number(errno.get().into(), false, node),
        }),
    };
    ActionSpec { kind, node }
}

/// The error that the kernel gives for the data of `SECCOMP_RET_ERRNO`: what is above its range gives the last one. `None`
/// for 0, which lets the program believe that the call was made.
pub(super) fn errno(data: u64) -> Option<Errno> {
    Errno::new(u16::try_from((data & 0xffff).min(4095)).unwrap_or(4095))
}

/// The call with that number on `arch`, as far as the language can name it: `Err(why)` if it cannot be.
pub(super) fn by_number(arch: Arch, number: u64) -> Result<&'static Syscall, &'static str> {
    let Some(nr) = u32::try_from(number).ok() else { return Err("no call can have that number") };
    match tables::syscall_by_number(arch, nr) {
        Some(syscall) => Ok(syscall),
        None if nr >= X32_SYSCALL_BIT => {
            Err("numbers from 0x40000000 on are the x32 ABI's or nobody's: always a violation")
        }
        None if nr <= tables::last_number() || nr > u32::from(u16::MAX) => Err("no call has that number"),
        None if Arch::ALL.iter().any(|arch| tables::syscall_by_number(*arch, nr).is_some()) => {
            Err("no call has that number")
        }
        None => Ok(tables::numbered(nr)),
    }
}

/// Whether leaving out a rule with this action permits nothing that it denied.
pub(super) fn may_leave_out(action: Action, default: Action) -> bool {
    permission(action) >= permission(default)
}

#[cfg(test)]
mod tests;
