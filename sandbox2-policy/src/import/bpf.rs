//! Programs of classic BPF, such as other tools compile: read back by following every path.
//!
//! A filter cannot loop, so that what it does with a system call is a list of decisions that can be written down exactly: the
//! number and the architecture are known for each call, a comparison of an argument's half is a condition, a return is an
//! action. Nothing is guessed from the shape of the code; what is not understood is an error. This is how filters of the
//! `seccompiler` crate are imported: their parts are private, their program is not.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::machine::{Arm, Comparison, Condition};
use super::statements::{Calls, Source, errno, statements};
use super::{ImportError, Imported, Notes, Place, Places};
use crate::action::Action;
use crate::arch::{Arch, X32_SYSCALL_BIT};
use crate::ast::NodeId;
use crate::insn::Insn;
use crate::meaning::CmpOp;
use crate::tables;

/// The most instructions that the kernel takes.
const MOST_INSNS: usize = 4096;
/// How many steps may be taken for all calls together.
const MOST_STEPS: usize = 4_000_000;
/// How many rules may come out for one call.
const MOST_RULES: usize = 1024;

/// Reads a program for `arch`.
///
/// # Errors
/// A program that the kernel would refuse, that loads or computes what no rule can say, or that decides about calls without a
/// name in more than one way. The place of an error is the number of the instruction.
pub fn import(program: &[Insn], arch: Arch) -> Result<Imported, ImportError> {
    let mut places = Places::new();
    if program.is_empty() || program.len() > MOST_INSNS {
        let message = format!("a program of {} instructions", program.len());
        return Err(places.error(NodeId(0), message, "the kernel takes from 1 to 4096"));
    }
    for index in 0..program.len() {
        places.add(Place::Instruction(index));
    }
    let mut reader = Reader { program, arch, places: &places, notes: Notes::default(), steps: 0, nr: 0 };
    let default = reader.unnamed()?;
    let mut calls = Calls::default();
    for syscall in tables::syscalls() {
        let Some(nr) = syscall.number(arch) else { continue };
        for arm in reader.call(nr)? {
            calls.push(syscall, arch, arm);
        }
    }
    for nr in reader.newer() {
        let arms = reader.call(nr)?;
        let other =
            !matches!(arms.as_slice(), [Arm { cond: Condition::Known(true), action, .. }] if *action == default.0);
        if other {
            arms.into_iter().for_each(|arm| calls.push(tables::numbered(nr), arch, arm));
        }
    }
    let mut notes = reader.notes;
    let (default, default_node) = default;
    let source = Source { tool: "the program", arches: vec![arch], default, default_node, calls };
    let def = statements(source, &places, &mut notes)?;
    Ok(Imported::new(def, notes, places))
}

/// What is in the accumulator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Loaded {
    Nothing,
    Known(u32),
    /// Half of an argument, masked.
    Half {
        arg: u8,
        high: bool,
        keep: u32,
    },
}

/// Decisions in order: the first that holds, or else what the rest decides.
enum List {
    End(Action, NodeId),
    Then { cond: Condition, action: Action, node: NodeId, rest: Rc<List>, length: usize },
}

impl List {
    fn length(&self) -> usize {
        match self {
            List::End(..) => 1,
            List::Then { length, .. } => *length,
        }
    }
}

struct Reader<'r> {
    program: &'r [Insn],
    arch: Arch,
    places: &'r Places,
    notes: Notes,
    steps: usize,
    nr: u32,
}

/// What an instruction does, after what was loaded before.
enum Step {
    Return(Action),
    Next((usize, Loaded)),
    Either(Condition, (usize, Loaded), (usize, Loaded)),
}

impl Reader<'_> {
    fn node(at: usize) -> NodeId {
        NodeId(u32::try_from(at + 1).unwrap_or(0))
    }

    fn error<T>(&self, at: usize, message: impl Into<String>, hint: &str) -> Result<T, ImportError> {
        Err(self.places.error(Reader::node(at), message, hint))
    }

    /// What decides about numbers that nothing names, up to the last that a call can have.
    fn unnamed(&mut self) -> Result<(Action, NodeId), ImportError> {
        // Between two numbers that the program compares with, all are decided alike.
        let compared = self.program.iter().filter(|insn| insn.code & 7 == 5).map(|insn| insn.k);
        let mut cuts: Vec<u32> =
            compared.flat_map(|k| [k, k.saturating_add(1)]).filter(|k| *k < X32_SYSCALL_BIT).collect();
        cuts.extend([tables::last_number() + 1, u32::from(u16::MAX) + 1]);
        cuts.sort_unstable();
        cuts.dedup();
        let mut found: Option<(Action, NodeId)> = None;
        for (index, cut) in cuts.iter().enumerate() {
            let last = cuts.get(index + 1).map_or(X32_SYSCALL_BIT - 1, |next| next - 1);
            // One number is a rule of its own, or has a name.
            if *cut <= tables::last_number() || last == *cut && *cut <= u32::from(u16::MAX) {
                continue;
            }
            let arms = self.call(*cut)?;
            let [Arm { cond: Condition::Known(true), action, node }] = arms.as_slice() else {
                return self.error(
                    0,
                    format!("calls {cut} to {last} are decided by their arguments"),
                    "name them one by one",
                );
            };
            match found {
                Some((known, _)) if known != *action => {
                    let message = format!(
                        "calls {cut} to {last} have no name and are decided otherwise than others: {action}, not {known}"
                    );
                    return self.error(0, message, "one default is all that a policy can have");
                }
                _ => found = Some((*action, *node)),
            }
        }
        found.map_or_else(|| self.error(0, "no number is left for a default", "import a smaller program"), Ok)
    }

    /// Numbers newer than the tables that the program compares with.
    fn newer(&self) -> Vec<u32> {
        let compared = self.program.iter().filter(|insn| insn.code & 7 == 5).map(|insn| insn.k);
        let newer = |nr: &u32| *nr > tables::last_number() && *nr <= u32::from(u16::MAX);
        let mut newer: Vec<u32> = compared.flat_map(|k| [k, k.saturating_add(1)]).filter(newer).collect();
        newer.push(tables::last_number() + 1);
        newer.sort_unstable();
        newer.dedup();
        newer
    }

    /// The rules of a call.
    fn call(&mut self, nr: u32) -> Result<Vec<Arm>, ImportError> {
        self.nr = nr;
        let steps = self.reached()?;
        // Jumps only lead ahead: from the last instruction to the first, what follows is known.
        let mut lists: BTreeMap<(usize, Loaded), Rc<List>> = BTreeMap::new();
        for ((at, loaded), step) in steps.into_iter().rev() {
            let of = |next: &(usize, Loaded)| lists.get(next).map(Rc::clone);
            let list = match step {
                Step::Return(action) => Some(Rc::new(List::End(action, Reader::node(at)))),
                Step::Next(next) => of(&next),
                Step::Either(cond, yes, no) => match (of(&yes), of(&no)) {
                    (Some(yes), Some(no)) => Some(self.either(at, cond, yes, no)?),
                    _ => None,
                },
            };
            let Some(list) = list else {
                return self.error(at, "it leads back", "the kernel refuses this as well");
            };
            lists.insert((at, loaded), list);
        }
        let Some(list) = lists.get(&(0, Loaded::Nothing)) else {
            return self.error(0, "it leads nowhere", "the kernel refuses this as well");
        };
        let rules = prefix(list, None);
        Ok(rules.into_iter().map(|(cond, action, node)| Arm { cond, action, node }).collect())
    }

    /// Every instruction that the call can reach, with what may be loaded there, and what it does.
    fn reached(&mut self) -> Result<BTreeMap<(usize, Loaded), Step>, ImportError> {
        let mut steps = BTreeMap::new();
        let mut todo = vec![(0, Loaded::Nothing)];
        while let Some((at, loaded)) = todo.pop() {
            if steps.contains_key(&(at, loaded)) {
                continue;
            }
            self.count(at, 1)?;
            let step = self.step(at, loaded)?;
            match &step {
                Step::Return(_) => {}
                Step::Next(next) => todo.push(*next),
                Step::Either(_, yes, no) => todo.extend([*yes, *no]),
            }
            steps.insert((at, loaded), step);
        }
        Ok(steps)
    }

    fn count(&mut self, at: usize, steps: usize) -> Result<(), ImportError> {
        self.steps += steps;
        match self.steps > MOST_STEPS {
            true => self.error(at, "the program has too many ways to follow", "import a smaller program"),
            false => Ok(()),
        }
    }

    fn step(&mut self, at: usize, loaded: Loaded) -> Result<Step, ImportError> {
        let Some(insn) = self.program.get(at).copied() else {
            return self.error(
                self.program.len() - 1,
                "the program runs off its end",
                "the kernel refuses this as well",
            );
        };
        let next = |by: usize, loaded| {
            let next = at.saturating_add(1).saturating_add(by);
            // What a load or a return leaves behind does not matter: ways that meet there are one.
            let forgets = self.program.get(next).is_none_or(|insn| matches!(insn.code, 0x20 | 0x06));
            (next, if forgets { Loaded::Nothing } else { loaded })
        };
        Ok(match insn.code {
            0x06 => Step::Return(self.action(at, insn.k)?),
            0x05 => Step::Next(next(usize::try_from(insn.k).unwrap_or(usize::MAX), loaded)),
            0x20 => Step::Next(next(0, self.load(at, insn.k)?)),
            0x54 => Step::Next(next(
                0,
                match loaded {
                    Loaded::Known(value) => Loaded::Known(value & insn.k),
                    Loaded::Half { arg, high, keep } => Loaded::Half { arg, high, keep: keep & insn.k },
                    Loaded::Nothing => return self.error(at, "a mask before anything is loaded", "load a word first"),
                },
            )),
            0x15 | 0x25 | 0x35 | 0x45 => {
                let (yes, no) = (next(insn.jt.into(), loaded), next(insn.jf.into(), loaded));
                match self.compare(at, insn, loaded)? {
                    Condition::Known(holds) => Step::Next(if holds { yes } else { no }),
                    cond => Step::Either(cond, yes, no),
                }
            }
            code => {
                let message = format!("an instruction of a kind that no rule can say (code {code:#04x})");
                return self.error(
                    at,
                    message,
                    "loads, masks, comparisons with numbers, jumps and returns can be read",
                );
            }
        })
    }

    /// `yes` where the condition holds, else `no`.
    fn either(&mut self, at: usize, cond: Condition, yes: Rc<List>, no: Rc<List>) -> Result<Rc<List>, ImportError> {
        let not = || Condition::Not(Box::new(cond.clone()));
        let (sides, rest) = match shared(&yes, &no) {
            // Of each side what comes before the end that both share, which needs no condition.
            Some(end) => (vec![(prefix(&yes, Some(&end)), cond.clone()), (prefix(&no, Some(&end)), not())], end),
            // The shorter side is said in full.
            None if yes.length() <= no.length() => (vec![(prefix(&yes, None), cond.clone())], no),
            None => (vec![(prefix(&no, None), not())], yes),
        };
        let mut length = rest.length();
        let mut list = rest;
        for (rules, then) in sides.into_iter().rev() {
            for (inner, action, node) in rules.into_iter().rev() {
                length += 1;
                let cond = both(then.clone(), inner);
                self.count(at, if let Condition::All(parts) = &cond { parts.len() } else { 1 })?;
                if length > MOST_RULES {
                    let message = format!("call {} is decided by more than {MOST_RULES} rules", self.nr);
                    return self.error(at, message, "import a smaller program");
                }
                list = Rc::new(List::Then { cond, action, node, rest: list, length });
            }
        }
        Ok(list)
    }

    fn load(&self, at: usize, offset: u32) -> Result<Loaded, ImportError> {
        match offset {
            0 => Ok(Loaded::Known(self.nr)),
            4 => Ok(Loaded::Known(self.arch.audit())),
            16..=60 if offset.is_multiple_of(4) => {
                let arg = u8::try_from((offset - 16) / 8).unwrap_or(0);
                Ok(Loaded::Half { arg, high: offset % 8 == 4, keep: u32::MAX })
            }
            8 | 12 => self.error(
                at,
                "it loads the instruction pointer",
                "no rule can say more: where code lies means nothing",
            ),
            _ => self.error(at, format!("it loads from {offset}"), "the kernel refuses this as well"),
        }
    }

    fn compare(&self, at: usize, insn: Insn, loaded: Loaded) -> Result<Condition, ImportError> {
        let k = insn.k;
        match loaded {
            Loaded::Nothing => self.error(at, "a comparison before anything is loaded", "load a word first"),
            Loaded::Known(value) => Ok(Condition::Known(match insn.code {
                0x15 => value == k,
                0x25 => value > k,
                0x35 => value >= k,
                _ => value & k != 0,
            })),
            Loaded::Half { arg, high, keep } => {
                let shift = if high { 32 } else { 0 };
                let (op, keep, value) = match insn.code {
                    0x15 => (CmpOp::Eq, keep, k),
                    0x25 => (CmpOp::Gt, keep, k),
                    0x35 => (CmpOp::Ge, keep, k),
                    _ => (CmpOp::Ne, keep & k, 0),
                };
                let (keep, value) = (u64::from(keep) << shift, u64::from(value) << shift);
                let node = Reader::node(at);
                Ok(Condition::Cmp(Comparison { wide: high, keep, ..Comparison::wide(arg, op, value, node) }))
            }
        }
    }

    fn action(&mut self, at: usize, value: u32) -> Result<Action, ImportError> {
        let data = u16::try_from(value & 0xffff).unwrap_or(0);
        match value & 0xffff_0000 {
            0x7fff_0000 => Ok(Action::Allow),
            0x7ffc_0000 => Ok(Action::Log),
            0x7fc0_0000 => Ok(Action::Notify),
            0x8000_0000 => Ok(Action::Kill),
            0x0003_0000 => Ok(Action::Trap(data)),
            0x0000_0000 => {
                self.notes.add(NodeId(0), "the end of a thread becomes the end of the process".to_owned());
                Ok(Action::Kill)
            }
            0x7ff0_0000 => {
                self.notes.add(
                    NodeId(0),
                    "TRACE becomes NOTIFY: a handler of the host's decides instead of a tracer".to_owned(),
                );
                Ok(Action::Notify)
            }
            0x0005_0000 => match errno(data.into()) {
                Some(errno) => Ok(Action::Errno(errno)),
                None => {
                    let message = "it returns the error 0, which lets the program believe that the call was made";
                    self.error(at, message, "return the error that it should see, from 1 to 4095")
                }
            },
            _ => self.error(
                at,
                format!("it returns {value:#x}"),
                "the kernel takes this for the end of the process: say so",
            ),
        }
    }
}

/// Both at once. Both halves of an argument compared with a number are one comparison.
fn both(a: Condition, b: Condition) -> Condition {
    let mut parts = Vec::new();
    for part in [a, b] {
        match part {
            Condition::Known(true) => {}
            Condition::All(inner) => parts.extend(inner),
            part => parts.push(part),
        }
    }
    if let [Condition::Cmp(high), Condition::Cmp(low), ..] = parts.as_slice() {
        let equal = high.op == CmpOp::Eq && low.op == CmpOp::Eq && high.arg == low.arg && high.wide && !low.wide;
        if equal && high.keep >> 32 == u64::from(u32::MAX) && low.keep == u64::from(u32::MAX) {
            let whole = Comparison::wide(high.arg, CmpOp::Eq, high.value | low.value, high.node);
            parts.splice(..2, [Condition::Cmp(whole)]);
        }
    }
    match parts.len() {
        0 => Condition::Known(true),
        1 => parts.swap_remove(0),
        _ => Condition::All(parts),
    }
}

/// The rules of a list before `end`.
fn prefix(list: &Rc<List>, end: Option<&Rc<List>>) -> Vec<(Condition, Action, NodeId)> {
    let mut rules = Vec::new();
    let mut list = Rc::clone(list);
    while !end.is_some_and(|end| Rc::ptr_eq(end, &list) || same_end(end, &list)) {
        let next = match &*list {
            List::End(action, node) => {
                rules.push((Condition::Known(true), *action, *node));
                return rules;
            }
            List::Then { cond, action, node, rest, .. } => {
                rules.push((cond.clone(), *action, *node));
                Rc::clone(rest)
            }
        };
        list = next;
    }
    rules
}

/// The longest end that both lists have: a tail that they share, or the same last action.
fn shared(a: &Rc<List>, b: &Rc<List>) -> Option<Rc<List>> {
    let tails = |list: &Rc<List>| {
        let mut tails = vec![Rc::clone(list)];
        while let Some(List::Then { rest, .. }) = tails.last().map(|last| &**last) {
            let rest = Rc::clone(rest);
            tails.push(rest);
        }
        tails.reverse();
        tails
    };
    let (a, b) = (tails(a), tails(b));
    let common = a.iter().zip(&b).take_while(|(a, b)| Rc::ptr_eq(a, b) || same_end(a, b)).last();
    common.map(|(a, _)| Rc::clone(a))
}

fn same_end(a: &Rc<List>, b: &Rc<List>) -> bool {
    matches!((&**a, &**b), (List::End(a, _), List::End(b, _)) if a == b)
}

#[cfg(test)]
mod tests;
