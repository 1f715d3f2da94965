//! `bpf` blocks: from instructions to rules.
//!
//! Each way through the instructions that ends in an action becomes a rule: its condition is what the comparisons on the way
//! that held say together. The ways come in the order in which the first that holds is the one that is taken, so those that
//! did not hold need not be said. From then on a block is a list of rules like any other.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::{Left, numbered_arg};
use super::values::Form;
use super::{Atom, Resolver};
use crate::arch::Arch;
use crate::ast::{ActionSpec, BpfInsn, BpfOp, BpfSpec, BpfTarget, BpfTest, Name, NodeId, ValueSpec};
use crate::meaning::{Cmp, CmpOp, Cond, Value, Width};
use crate::problem::{Problem, ProblemKind};
use crate::space::Space;
use crate::tables::{self, Syscall};

/// How many ways through one block there may be.
const WAYS: usize = 1024;

/// One way through a block.
pub(super) struct Way<'s> {
    pub(super) cond: Cond,
    pub(super) atoms: Vec<Atom>,
    pub(super) action: &'s ActionSpec,
}

/// What was loaded last.
#[derive(Clone, Copy)]
enum Loaded {
    Nothing,
    Arch,
    Number,
    Arg {
        left: Left,
        wide: bool,
    },
    /// Something with a mistake, which has been told.
    Faulty,
}

/// What a comparison comes to.
enum Outcome {
    Holds,
    Fails,
    Depends(Cond, Option<Atom>),
}

impl Resolver<'_> {
    /// Whether the instructions lead somewhere on every path: labels, jumps, ends. Independent of architectures.
    pub(super) fn bpf_flow(&mut self, spec: &BpfSpec) -> bool {
        let mut labels: BTreeMap<&str, (usize, NodeId)> = BTreeMap::new();
        let mut sound = true;
        for (at, insn) in spec.insns.iter().enumerate() {
            let BpfOp::Label(name) = &insn.op else { continue };
            if let Some((_, first)) = labels.insert(&name.text, (at, name.node)) {
                self.problems.push(Problem {
                    kind: ProblemKind::DuplicateLabel,
                    node: name.node,
                    message: format!("the label `{}` is there already", name.text),
                    hint: Some("give one of the two another name".to_owned()),
                    related: vec![(first, "the other")],
                });
                sound = false;
            }
        }
        let mut used = BTreeSet::new();
        let mut reached = vec![false; spec.insns.len() + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        for (at, BpfInsn { op, .. }) in spec.insns.iter().enumerate() {
            let (jump, goes_on) = match op {
                BpfOp::Jump(name) => (Some(name), false),
                BpfOp::Compare { target: BpfTarget::Jump(name), .. } => (Some(name), true),
                BpfOp::Return(_) => (None, false),
                _ => (None, true),
            };
            if let Some(name) = jump {
                used.insert(name.text.as_str());
                match labels.get(name.text.as_str()) {
                    Some((there, _)) if *there > at => reached[*there] |= reached[at],
                    Some((_, place)) => {
                        sound = false;
                        self.problems.push(Problem {
                            kind: ProblemKind::BackwardJump,
                            node: name.node,
                            message: format!("the label `{}` is not ahead: a filter cannot jump back", name.text),
                            hint: Some("write the instructions again there, or move the label".to_owned()),
                            related: vec![(*place, "the label")],
                        });
                    }
                    None => {
                        sound = false;
                        self.problems.report(
                            ProblemKind::UnknownLabel,
                            name.node,
                            format!("no label `{}` in this block", name.text),
                            format!("write `LABEL({});` where it leads to", name.text),
                        );
                    }
                }
            }
            if goes_on {
                reached[at + 1] |= reached[at];
            }
        }
        if reached.last() == Some(&true) {
            sound = false;
            self.problems.report(
                ProblemKind::FallsOffTheEnd,
                spec.insns.last().map_or(spec.node, |insn| insn.node),
                "the instructions can end without an action",
                "end every path with an action, as in `KILL;`",
            );
        }
        if !sound {
            return false;
        }
        if let Some(insn) = spec.insns.iter().zip(&reached).find(|(_, reached)| !**reached).map(|(insn, _)| insn) {
            self.problems.report(
                ProblemKind::Unreachable,
                insn.node,
                "no path leads to this instruction",
                "leave it out, or give it a label that something jumps to",
            );
            return false;
        }
        if let Some((name, (_, node))) = labels.iter().find(|(name, _)| !used.contains(**name)) {
            self.problems.report(
                ProblemKind::UnusedLabel,
                *node,
                format!("nothing jumps to the label `{name}`"),
                "leave it out",
            );
            return false;
        }
        true
    }

    /// Every way through a block whose flow is sound, on one architecture; `None` if there is a mistake.
    pub(super) fn bpf_ways<'s>(
        &mut self,
        spec: &'s BpfSpec,
        syscall: &'static Syscall,
        arch: Arch,
    ) -> Option<Vec<Way<'s>>> {
        let label = |name: &Name| {
            spec.insns.iter().position(|insn| matches!(&insn.op, BpfOp::Label(label) if label.text == name.text))
        };
        let before = self.problems.len();
        let mut ways = Vec::new();
        // The way on from an instruction, with what was loaded and what has been found out.
        let mut pending = vec![(0, Loaded::Nothing, Vec::<(Cond, Option<Atom>)>::new())];
        while let Some((mut at, mut loaded, facts)) = pending.pop() {
            loop {
                if ways.len() > WAYS || pending.len() > WAYS {
                    self.problems.report(
                        ProblemKind::TooManyPaths,
                        spec.node,
                        format!("there are more than {WAYS} paths through this block"),
                        "compare each argument once, or use rules: `call { condition => ACTION, }`",
                    );
                    return None;
                }
                let insn = spec.insns.get(at)?;
                at += 1;
                match &insn.op {
                    BpfOp::LoadArch => loaded = Loaded::Arch,
                    BpfOp::LoadNumber => loaded = Loaded::Number,
                    BpfOp::LoadArg { arg, wide } => loaded = self.load(arg, *wide, insn.node, syscall, arch),
                    BpfOp::Label(_) => {}
                    BpfOp::Jump(name) => at = label(name)?,
                    BpfOp::Return(action) => {
                        ways.push(way(&facts, action));
                        break;
                    }
                    BpfOp::Compare { test, wide, value, target } => {
                        let outcome = self.compare(*test, *wide, value, insn.node, loaded, syscall, arch);
                        let fact = match outcome {
                            None | Some(Outcome::Fails) => continue,
                            Some(Outcome::Holds) => None,
                            Some(Outcome::Depends(cond, atom)) => Some((cond, atom)),
                        };
                        let unconditional = fact.is_none();
                        let mut there = facts.clone();
                        there.extend(fact);
                        match target {
                            BpfTarget::Action(action) => ways.push(way(&there, action)),
                            BpfTarget::Jump(name) => {
                                if !unconditional {
                                    pending.push((at, loaded, facts.clone()));
                                }
                                pending.push((label(name)?, loaded, there));
                                break;
                            }
                        }
                        if unconditional {
                            break;
                        }
                    }
                }
            }
        }
        (self.problems.len() == before).then_some(ways)
    }

    fn load(&mut self, name: &Name, wide: bool, node: NodeId, syscall: &'static Syscall, arch: Arch) -> Loaded {
        if syscall.is_numbered() {
            // Of an unknown call the instruction itself says how wide the argument is.
            let ty = if wide { "u64" } else { "u32" };
            let index = name.text.bytes().last().map_or(0, |digit| digit.wrapping_sub(b'0'));
            if let Some(arg) = numbered_arg(&name.text, ty) {
                return Loaded::Arg { left: Left { index, arg, call: syscall.name }, wide };
            }
        }
        let Some(args) = syscall.args(arch) else {
            self.problems.report(
                ProblemKind::UnknownPrototype,
                name.node,
                format!("the arguments of `{}` are not known", syscall.name),
                "a rule about this call cannot have a condition",
            );
            return Loaded::Faulty;
        };
        let Some(index) = self.argument(name, syscall.name, args) else { return Loaded::Faulty };
        let (arg, call) = (&args[index], syscall.name);
        let reads_wide = arg.width == Width::W64;
        if wide != reads_wide {
            let (message, hint) = match wide {
                true => (
                    format!("`{}` of `{call}` is `{}`: the kernel reads 32 bits of it, not 64", arg.name, arg.ty),
                    format!(
                        "write `ARG_32({index})`: the kernel ignores the upper half, so that whoever sets it slips past \
                         the comparison"
                    ),
                ),
                false => (
                    format!("`{}` of `{call}` is `{}`: the kernel reads all 64 bits of it, not 32", arg.name, arg.ty),
                    format!("write `ARG({index})`: the upper half would go unchecked"),
                ),
            };
            self.problems.report(ProblemKind::WrongWidth, node, message, hint);
            return Loaded::Faulty;
        }
        let Ok(index) = u8::try_from(index) else { return Loaded::Faulty };
        Loaded::Arg { left: Left { index, arg, call }, wide }
    }

    #[allow(clippy::too_many_arguments, reason = "an instruction with what it meets")]
    fn compare(
        &mut self,
        test: BpfTest,
        wide: bool,
        value: &ValueSpec,
        node: NodeId,
        loaded: Loaded,
        syscall: &'static Syscall,
        arch: Arch,
    ) -> Option<Outcome> {
        let loaded_wide = match loaded {
            Loaded::Faulty => return None,
            Loaded::Nothing => {
                self.problems.report(
                    ProblemKind::NothingLoaded,
                    node,
                    "nothing has been loaded that could be compared",
                    "load an argument first: `ARG_32(0);`",
                );
                return None;
            }
            Loaded::Arch | Loaded::Number => false,
            Loaded::Arg { wide, .. } => wide,
        };
        if wide != loaded_wide {
            let (bits, other) = if loaded_wide { (64, "the form without `32`") } else { (32, "the form with `32`") };
            self.problems.report(
                ProblemKind::WrongForm,
                node,
                format!("what has been loaded has {bits} bits"),
                format!("compare it by {other}"),
            );
            return None;
        }
        let left = match loaded {
            Loaded::Arg { left, .. } => left,
            _ => {
                let actual = if matches!(loaded, Loaded::Arch) { Some(arch.audit()) } else { syscall.number(arch) };
                let known = self.fixed_value(value)?;
                return Some(if holds(test, actual?, known) { Outcome::Holds } else { Outcome::Fails });
            }
        };
        self.compare_argument(test, value, node, left, arch)
    }

    fn compare_argument(
        &mut self,
        test: BpfTest,
        value: &ValueSpec,
        node: NodeId,
        left: Left,
        arch: Arch,
    ) -> Option<Outcome> {
        let ordered = !matches!(test, BpfTest::AnyBit | BpfTest::Cmp(CmpOp::Eq | CmpOp::Ne));
        let zero = matches!(value, ValueSpec::Null(_) | ValueSpec::Int { value: 0, .. });
        if left.arg.pointer && (ordered || !zero || test == BpfTest::AnyBit) {
            self.problems.report(
                ProblemKind::PointerComparison,
                node,
                format!("`{}` of `{}` is a pointer (`{}`)", left.arg.name, left.call, left.arg.ty),
                "a pointer can only be compared with 0, by JEQ or JNE: a filter cannot see what it points at, and that can \
                 change after the check",
            );
            return None;
        }
        if ordered && left.arg.effective().is_some() {
            self.problems.report(
                ProblemKind::WrongWidth,
                node,
                format!("`{}` of `{}` is `{}`: the kernel reads 16 bits of it", left.arg.name, left.call, left.arg.ty),
                format!("write a rule: `{} {{ {} <= … => ACTION, }}`", left.call, left.arg.name),
            );
            return None;
        }
        let known = if left.arg.pointer { Value::Known(0) } else { self.value(value, left, arch, Form::Bits)? };
        let effective = left.arg.effective().map(|bits| Value::Known(bits.into()));
        let (op, mask, value) = match test {
            BpfTest::Cmp(op) => (op, effective, known),
            BpfTest::AnyBit => (CmpOp::Ne, Some(known), Value::Known(0)),
        };
        // BPF knows no sign.
        let cond = Cond::Cmp(Cmp { arg: left.index, width: left.arg.width, signed: false, mask, op, value });
        let mut space = Space::new();
        let set = space.cond(&cond);
        let (kind, what) = if space.is_empty(set) {
            (ProblemKind::Contradictory, "never")
        } else if space.is_full(set) {
            (ProblemKind::Vacuous, "always")
        } else {
            let atom = Atom { cond: cond.clone(), arg: left.index, op, mask, value, node };
            return Some(Outcome::Depends(cond, Some(atom)));
        };
        let message = format!("this comparison {what} holds");
        self.problems.report(kind, node, message, "leave it out, or compare with another value");
        None
    }

    /// A number to compare the architecture or the call's number with.
    fn fixed_value(&mut self, value: &ValueSpec) -> Option<u32> {
        const ARCHES: [(&str, u32); 5] = [
            ("AUDIT_ARCH_X86_64", 0xc000_003e),
            ("AUDIT_ARCH_AARCH64", 0xc000_00b7),
            ("AUDIT_ARCH_RISCV64", 0xc000_00f3),
            ("AUDIT_ARCH_I386", 0x4000_0003),
            ("AUDIT_ARCH_ARM", 0x4000_0028),
        ];
        let known = match value {
            ValueSpec::Int { value, .. } => u32::try_from(*value).ok(),
            ValueSpec::Constant(name) => {
                ARCHES.iter().find(|known| known.0 == name.text).map(|known| known.1).or_else(|| {
                    let value = tables::constant(&name.text)?.values.iter().flatten().next().copied()?;
                    u32::try_from(value).ok()
                })
            }
            _ => None,
        };
        if known.is_none() {
            self.problems.report(
                ProblemKind::NotConstant,
                value.node(),
                format!("{value} is neither an architecture nor the number of a call"),
                "write AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_RISCV64 or a number",
            );
        }
        known
    }
}

fn holds(test: BpfTest, actual: u32, value: u32) -> bool {
    match test {
        BpfTest::AnyBit => actual & value != 0,
        BpfTest::Cmp(op) => match op {
            CmpOp::Eq => actual == value,
            CmpOp::Ne => actual != value,
            CmpOp::Lt => actual < value,
            CmpOp::Le => actual <= value,
            CmpOp::Gt => actual > value,
            CmpOp::Ge => actual >= value,
        },
    }
}

fn way<'s>(facts: &[(Cond, Option<Atom>)], action: &'s ActionSpec) -> Way<'s> {
    let conds: Vec<Cond> = facts.iter().map(|(cond, _)| cond.clone()).collect();
    let cond = match conds.len() {
        0 => Cond::True,
        1 => conds[0].clone(),
        _ => Cond::All(conds.into()),
    };
    Way { cond, atoms: facts.iter().filter_map(|(_, atom)| atom.clone()).collect(), action }
}
