//! Loads and comparisons of a `bpf` block, held against the kernel's types.

use super::super::conditions::{Left, numbered_arg, prototype};
use super::super::values::Form;
use super::super::{Atom, Resolver};
use super::survey::{Finding, Why};
use crate::arch::Arch;
use crate::ast::{BpfInsn, BpfOp, BpfTest, Name, NodeId, ValueSpec};
use crate::meaning::{Cmp, CmpOp, Cond, Value, Width};
use crate::problem::{ProblemKind, nearest};
use crate::tables::{Arg, Syscall};

/// What an instruction loads.
#[derive(Clone, Copy)]
pub(super) enum Loaded {
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
#[derive(Clone)]
pub(super) enum Test {
    /// It has a mistake, which has been told.
    Faulty,
    /// It is decided on the architecture at hand.
    Decided {
        /// How.
        holds: bool,
        /// What that says of it, held against the other architectures.
        finding: Finding,
    },
    /// It depends on an argument.
    Depends(Atom),
}

/// The architectures that a filter may be told of.
const ARCHES: [(&str, u32); 5] = [
    ("AUDIT_ARCH_X86_64", 0xc000_003e),
    ("AUDIT_ARCH_AARCH64", 0xc000_00b7),
    ("AUDIT_ARCH_RISCV64", 0xc000_00f3),
    ("AUDIT_ARCH_I386", 0x4000_0003),
    ("AUDIT_ARCH_ARM", 0x4000_0028),
];

impl Resolver<'_> {
    /// What an instruction loads; nothing, if it is no load.
    pub(super) fn bpf_load(&mut self, insn: &BpfInsn, syscall: &'static Syscall, arch: Arch) -> Loaded {
        let (name, wide) = match &insn.op {
            BpfOp::LoadArch => return Loaded::Arch,
            BpfOp::LoadNumber => return Loaded::Number,
            BpfOp::LoadArg { arg, wide } => (arg, *wide),
            _ => return Loaded::Nothing,
        };
        let call = syscall.name;
        if syscall.is_numbered() {
            // Of an unknown call the instruction itself says how wide the argument is.
            let ty = if wide { "u64" } else { "u32" };
            let index = name.text.parse().unwrap_or(u8::MAX);
            return match numbered_arg(&format!("arg{index}"), ty) {
                Some(arg) => Loaded::Arg { left: Left { index, arg, call }, wide },
                None => {
                    let message = format!("`{call}` has no argument `{}` that is known", name.text);
                    let hint = "write its number, from 0 to 5";
                    self.problems.report(ProblemKind::ArgumentIndex, name.node, message, hint);
                    Loaded::Faulty
                }
            };
        }
        let Some(args) = syscall.args(arch) else {
            self.problems.report(
                ProblemKind::UnknownPrototype,
                name.node,
                format!("the arguments of `{call}` are not known"),
                "a block about this call can only say what is done: `ALLOW;`",
            );
            return Loaded::Faulty;
        };
        let Some(index) = self.loaded_argument(name, call, args) else { return Loaded::Faulty };
        let left = Left { index, arg: &args[usize::from(index)], call };
        if wide == (left.arg.width == Width::W64) {
            return Loaded::Arg { left, wide };
        }
        self.wrong_load(insn.node, left, wide);
        Loaded::Faulty
    }

    /// The argument that a load names: by its number, or by its name.
    fn loaded_argument(&mut self, name: &Name, call: &str, args: &'static [Arg]) -> Option<u8> {
        if !name.text.starts_with(|first: char| first.is_ascii_digit()) {
            return self.argument(name, call, args).and_then(|index| u8::try_from(index).ok());
        }
        let index = name.text.parse::<u8>().ok().filter(|index| usize::from(*index) < args.len());
        if index.is_none() {
            let message = format!("`{call}` has no argument {}", name.text);
            self.problems.report(ProblemKind::ArgumentIndex, name.node, message, prototype(call, args));
        }
        index
    }

    fn wrong_load(&mut self, node: NodeId, Left { index, arg, call }: Left, wide: bool) {
        let although = if arg.narrowed { ", although it is declared 64 bits wide" } else { "" };
        let (reads, hint) = match wide {
            true => (
                "32 bits of it, not 64",
                format!(
                    "write `ARG_32({index})`: the kernel ignores the upper half, so that whoever sets it slips past \
                     the comparison"
                ),
            ),
            false => ("all 64 bits of it, not 32", format!("write `ARG({index})`: the upper half would go unchecked")),
        };
        let message = format!("`{}` of `{call}` is `{}`: the kernel reads {reads}{although}", arg.name, arg.ty);
        self.problems.report(ProblemKind::WrongWidth, node, message, hint);
    }

    /// A comparison with what has been loaded, on one of the architectures that the block is for.
    pub(super) fn bpf_compare(
        &mut self,
        (test, wide, value): (BpfTest, bool, &ValueSpec),
        node: NodeId,
        loaded: Loaded,
        syscall: &'static Syscall,
        (arch, arches): (Arch, &[Arch]),
    ) -> Test {
        let loaded_wide = match loaded {
            Loaded::Faulty => return Test::Faulty,
            Loaded::Nothing => {
                self.problems.report(
                    ProblemKind::NothingLoaded,
                    node,
                    "nothing has been loaded that could be compared",
                    "load an argument first: `ARG_32(0);`",
                );
                return Test::Faulty;
            }
            Loaded::Arch | Loaded::Number => false,
            Loaded::Arg { wide, .. } => wide,
        };
        if wide != loaded_wide {
            let (bits, compared) = if loaded_wide { (64, 32) } else { (32, 64) };
            self.problems.report(
                ProblemKind::WrongForm,
                node,
                format!("this compares {compared} bits, and {bits} have been loaded"),
                format!("write `{}`", instruction(test, loaded_wide)),
            );
            return Test::Faulty;
        }
        let (why, is_arch) = match loaded {
            Loaded::Arch => (Why::Arch, true),
            Loaded::Number => (Why::Number, false),
            Loaded::Arg { left, .. } => {
                return self.compare_argument(test, value, node, left, arch).map_or(Test::Faulty, Test::Depends);
            }
            Loaded::Nothing | Loaded::Faulty => return Test::Faulty,
        };
        let Some(known) = self.fixed_value(value) else { return Test::Faulty };
        let holds = |arch: Arch| {
            let actual = if is_arch { Some(arch.audit()) } else { syscall.number(arch) };
            actual.is_some_and(|actual| holds(test, actual, known))
        };
        let findings = arches.iter().map(|arch| match holds(*arch) {
            true => Finding::Always(why),
            false => Finding::Never(why),
        });
        Test::Decided { holds: holds(arch), finding: findings.fold(Finding::Unreached, Finding::or) }
    }

    fn compare_argument(
        &mut self,
        test: BpfTest,
        value: &ValueSpec,
        node: NodeId,
        left: Left,
        arch: Arch,
    ) -> Option<Atom> {
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
        let known = if left.arg.pointer { Value::Known(0) } else { self.value(value, left, arch, Form::Bits)? };
        if ordered && self.negative_in_an_order(value, known, left) {
            return None;
        }
        let effective = left.arg.effective().map(|bits| Value::Known(bits.into()));
        let (op, mask, value) = match test {
            BpfTest::Cmp(op) => (op, effective, known),
            BpfTest::AnyBit => (CmpOp::Ne, Some(known), Value::Known(0)),
        };
        // The machine knows no sign.
        let cond = Cond::Cmp(Cmp { arg: left.index, width: left.arg.width, signed: false, mask, op, value });
        Some(Atom { cond, arg: left.index, op, mask, value, node })
    }

    /// `JLT32(-1, …)` on an `int`: the machine compares with 0xffffffff. A literal that says so is what is meant.
    fn negative_in_an_order(&mut self, spec: &ValueSpec, known: Value, left: Left) -> bool {
        let said = matches!(spec, ValueSpec::Int { value, .. } if *value >= 0);
        let (Value::Known(number), true, false) = (known, left.arg.signed, said) else { return false };
        let sign = if left.arg.width == Width::W64 { 1 << 63 } else { 1 << 31 };
        if number & sign == 0 {
            return false;
        }
        self.problems.report(
            ProblemKind::SignTrap,
            spec.node(),
            format!("instructions compare without sign: {spec} counts as {number:#x}, above every positive number"),
            format!(
                "write {number:#x} if that is meant; a rule compares signed: `{} {{ {} < … => ACTION, }}`",
                left.call, left.arg.name
            ),
        );
        true
    }

    /// A number to compare the architecture or the call's number with.
    fn fixed_value(&mut self, value: &ValueSpec) -> Option<u32> {
        let known = match value {
            ValueSpec::Int { value, .. } => u32::try_from(*value).ok(),
            ValueSpec::Constant(name) => ARCHES.iter().find(|known| known.0 == name.text).map(|known| known.1),
            _ => None,
        };
        if known.is_none() {
            let near = match value {
                ValueSpec::Constant(name) => nearest(&name.text, ARCHES.map(|known| known.0)),
                _ => None,
            };
            self.problems.report(
                ProblemKind::NotConstant,
                value.node(),
                format!("{value} is neither an architecture nor the number of a call"),
                match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_RISCV64 or a number below 2^32"
                        .to_owned(),
                },
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

/// The name of the instruction that compares like that.
fn instruction(test: BpfTest, wide: bool) -> String {
    let name = match test {
        BpfTest::AnyBit => "JA",
        BpfTest::Cmp(op) => match op {
            CmpOp::Eq => "JEQ",
            CmpOp::Ne => "JNE",
            CmpOp::Lt => "JLT",
            CmpOp::Le => "JLE",
            CmpOp::Gt => "JGT",
            CmpOp::Ge => "JGE",
        },
    };
    format!("{name}{}", if wide { "" } else { "32" })
}
