//! Conditions: arguments by name, stated types held against the kernel's.

use std::borrow::Cow;

use super::values::Form;
use super::{Atom, Resolver};
use crate::arch::Arch;
use crate::ast::{CmpSpec, CondSpec, InSpec, Name, NodeId, SetSpec, Subject, ValueSpec};
use crate::meaning::{Cmp, CmpOp, Cond, Value, Width};
use crate::problem::{ProblemKind, nearest};
use crate::tables::{Arg, Syscall};

/// A looked-up subject of a comparison.
#[derive(Clone, Copy)]
pub(super) struct Left {
    pub(super) index: u8,
    pub(super) arg: &'static Arg,
    pub(super) call: &'static str,
}

impl Resolver<'_> {
    /// A condition on `arch`; `negated` if an odd number of `!` stands around it.
    pub(super) fn condition(
        &mut self,
        cond: &CondSpec,
        syscall: &'static Syscall,
        arch: Arch,
        negated: bool,
        atoms: &mut Vec<Atom>,
    ) -> Option<Cond> {
        match cond {
            CondSpec::Cmp(cmp) => self.comparison(cmp, syscall, arch, negated, atoms),
            CondSpec::In(set) => self.membership(set, syscall, arch, negated, atoms),
            CondSpec::Not(inner) => {
                let inner = self.condition(inner, syscall, arch, !negated, atoms)?;
                Some(Cond::Not(Cow::Owned(vec![inner])))
            }
            CondSpec::All(parts, _) => {
                self.parts(parts, syscall, arch, negated, atoms).map(|c| Cond::All(Cow::Owned(c)))
            }
            CondSpec::Any(parts, _) => {
                self.parts(parts, syscall, arch, negated, atoms).map(|c| Cond::Any(Cow::Owned(c)))
            }
        }
    }

    /// All parts, each resolved even if another has a mistake.
    fn parts(
        &mut self,
        parts: &[CondSpec],
        syscall: &'static Syscall,
        arch: Arch,
        negated: bool,
        atoms: &mut Vec<Atom>,
    ) -> Option<Vec<Cond>> {
        let resolved: Vec<_> = parts.iter().map(|part| self.condition(part, syscall, arch, negated, atoms)).collect();
        resolved.into_iter().collect()
    }

    fn comparison(
        &mut self,
        spec: &CmpSpec,
        syscall: &'static Syscall,
        arch: Arch,
        negated: bool,
        atoms: &mut Vec<Atom>,
    ) -> Option<Cond> {
        let left = self.left(&spec.subject, syscall, arch)?;
        let ordered = !matches!(spec.op, CmpOp::Eq | CmpOp::Ne);
        if left.arg.pointer {
            return self.pointer(spec, left, ordered, negated, atoms);
        }
        if ordered && spec.subject.mask.is_some() {
            self.problems.report(
                ProblemKind::Syntax,
                spec.node,
                "a masked argument is compared with `==` or `!=` only",
                "write the ordinary values that you mean: `arg & MASK in [A, B]`",
            );
            return None;
        }
        let mask = self.mask(&spec.subject, left, arch);
        let form = if ordered { Form::Number } else { Form::of_equal(&spec.value, spec.subject.mask.is_some()) };
        let value = self.value(&spec.value, left, arch, form);
        let (mask, value) = (mask?, value?);
        if self.never_below_zero(spec, left, value) {
            return None;
        }
        let cond = cmp(left, mask, spec.op, value);
        atoms.push(atom(&cond, left, mask, spec.op, value, spec.node, negated));
        Some(cond)
    }

    fn never_below_zero(&mut self, spec: &CmpSpec, left: Left, value: Value) -> bool {
        if left.arg.signed || value != Value::Known(0) {
            return false;
        }
        let outcome = match spec.op {
            CmpOp::Lt => "never",
            CmpOp::Ge => "always",
            _ => return false,
        };
        self.problems.report(
            ProblemKind::SignTrap,
            spec.node,
            format!(
                "`{}` of `{}` is `{}`, which is unsigned: this {outcome} holds",
                left.arg.name, left.call, left.arg.ty
            ),
            "leave the comparison out, or compare with `== 0` or `> 0`",
        );
        true
    }

    fn pointer(
        &mut self,
        spec: &CmpSpec,
        left: Left,
        ordered: bool,
        negated: bool,
        atoms: &mut Vec<Atom>,
    ) -> Option<Cond> {
        if !matches!(spec.value, ValueSpec::Null(_)) || ordered || spec.subject.mask.is_some() {
            self.problems.report(
                ProblemKind::PointerComparison,
                spec.node,
                format!("`{}` of `{}` is a pointer (`{}`)", left.arg.name, left.call, left.arg.ty),
                "a pointer can only be compared with `== NULL` or `!= NULL`: a filter cannot see what it points at, and \
                 that can change after the check",
            );
            return None;
        }
        let cond = cmp(left, None, spec.op, Value::Known(0));
        atoms.push(atom(&cond, left, None, spec.op, Value::Known(0), spec.node, negated));
        Some(cond)
    }

    fn membership(
        &mut self,
        spec: &InSpec,
        syscall: &'static Syscall,
        arch: Arch,
        negated: bool,
        atoms: &mut Vec<Atom>,
    ) -> Option<Cond> {
        let left = self.left(&spec.subject, syscall, arch)?;
        if left.arg.pointer {
            self.problems.report(
                ProblemKind::PointerComparison,
                spec.node,
                format!("`{}` of `{}` is a pointer (`{}`)", left.arg.name, left.call, left.arg.ty),
                "a pointer can only be compared with `== NULL` or `!= NULL`",
            );
            return None;
        }
        let masked = spec.subject.mask.is_some();
        let mask = self.mask(&spec.subject, left, arch);
        match &spec.set {
            SetSpec::List(values) => {
                let values: Vec<_> = values
                    .iter()
                    .map(|value| Some((value, self.value(value, left, arch, Form::of_equal(value, masked))?)))
                    .collect();
                let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
                let mask = mask?;
                let mut parts: Vec<Cond> = Vec::new();
                for (spec, value) in values {
                    let part = cmp(left, mask, CmpOp::Eq, value);
                    if parts.contains(&part) {
                        let message = format!("`{spec}` is in the list twice");
                        self.problems.report(ProblemKind::Duplicate, spec.node(), message, "keep one of the two");
                        return None;
                    }
                    atoms.push(atom(&part, left, mask, CmpOp::Eq, value, spec.node(), negated));
                    parts.push(part);
                }
                Some(Cond::Any(Cow::Owned(parts)))
            }
            SetSpec::Range(from, to) => {
                if masked {
                    self.problems.report(
                        ProblemKind::Syntax,
                        spec.node,
                        "a masked argument is compared with `==`, `!=` or a list only",
                        "write the values that you mean: `arg & MASK in [A, B]`",
                    );
                    return None;
                }
                let end = |resolver: &mut Self, end| resolver.value(end, left, arch, Form::Number);
                let ends = (end(self, from), end(self, to));
                let (from, to) = (ends.0?, ends.1?);
                if !self.ascending(spec.node, left, from, to) {
                    return None;
                }
                let mask = mask?;
                let parts = vec![cmp(left, mask, CmpOp::Ge, from), cmp(left, mask, CmpOp::Le, to)];
                let cond = Cond::All(Cow::Owned(parts));
                atoms.push(atom(&cond, left, mask, CmpOp::Ge, from, spec.node, negated));
                Some(cond)
            }
        }
    }

    fn ascending(&mut self, node: NodeId, left: Left, from: Value, to: Value) -> bool {
        let (Value::Known(from), Value::Known(to)) = (from, to) else { return true };
        let ascending = match (left.arg.signed, left.arg.width) {
            (false, _) => from <= to,
            (true, Width::W32) => (from as u32).cast_signed() <= (to as u32).cast_signed(),
            (true, Width::W64) => from.cast_signed() <= to.cast_signed(),
        };
        if !ascending {
            let hint = "swap the two ends";
            self.problems.report(ProblemKind::EmptyRange, node, "the range ends before it begins", hint);
        }
        ascending
    }

    /// The argument that a subject names, and whether the type stated for it is the kernel's.
    fn left(&mut self, subject: &Subject, syscall: &'static Syscall, arch: Arch) -> Option<Left> {
        let name = &subject.arg;
        if syscall.is_numbered() {
            return self.left_of_numbered(subject, syscall);
        }
        let Some(args) = syscall.args(arch) else {
            self.problems.report(
                ProblemKind::UnknownPrototype,
                name.node,
                format!("the arguments of `{}` are not known", syscall.name),
                "a rule about this call cannot have a condition",
            );
            return None;
        };
        let index = self.argument(name, syscall.name, args)?;
        let left = Left { index: u8::try_from(index).ok()?, arg: &args[index], call: syscall.name };
        match &subject.ty {
            Some(ty) if !self.stated_type(ty, left) => None,
            _ => Some(left),
        }
    }

    /// Of a call by number nothing is known: its author says which argument and how wide it is.
    fn left_of_numbered(&mut self, subject: &Subject, syscall: &'static Syscall) -> Option<Left> {
        let name = &subject.arg;
        let Some(arg) = &subject.ty.as_ref().and_then(|ty| numbered_arg(&name.text, &ty.text)) else {
            self.problems.report(
                ProblemKind::UnknownPrototype,
                name.node,
                format!("the arguments of `{}` are not known", syscall.name),
                "say which one and how many bits the kernel reads of it: `arg0: u64 == 1`, with arg0 to arg5 and i32, u32, i64 \
                 or u64",
            );
            return None;
        };
        let index = name.text.bytes().last()? - b'0';
        Some(Left { index, arg, call: syscall.name })
    }

    /// The kernel's name goes before the position: `prctl`'s second argument is called `arg2`.
    pub(super) fn argument(&mut self, name: &Name, call: &str, args: &'static [Arg]) -> Option<usize> {
        if let Some(index) = args.iter().position(|arg| arg.name == name.text) {
            return Some(index);
        }
        let prototype = prototype(call, args);
        let position = name.text.strip_prefix("arg").and_then(|digits| digits.parse::<usize>().ok());
        match position {
            Some(index) if index < args.len() => Some(index),
            Some(_) => {
                let message = format!("`{call}` has no argument `{}`", name.text);
                self.problems.report(ProblemKind::ArgumentIndex, name.node, message, prototype);
                None
            }
            None => {
                let hint = match nearest(&name.text, args.iter().map(|arg| arg.name)) {
                    Some(near) => format!("did you mean `{near}`? {prototype}"),
                    None => prototype,
                };
                let message = format!("`{call}` has no argument `{}`", name.text);
                self.problems.report(ProblemKind::UnknownArgument, name.node, message, hint);
                None
            }
        }
    }

    /// Whether the type that the author states is the kernel's.
    fn stated_type(&mut self, ty: &Name, left: Left) -> bool {
        let (width, signed) = match ty.text.as_str() {
            "u32" => (Width::W32, false),
            "i32" => (Width::W32, true),
            "u64" | "usize" => (Width::W64, false),
            "i64" | "isize" => (Width::W64, true),
            other => {
                let hint = match other {
                    "u8" | "u16" | "i8" | "i16" => "an argument is 32 or 64 bits wide: mask it to compare less of it",
                    _ => "the types are u32, i32, u64 and i64",
                };
                let message = format!("`{other}` is not the type of an argument");
                self.problems.report(ProblemKind::UnknownType, ty.node, message, hint);
                return false;
            }
        };
        if width != left.arg.width {
            self.wrong_width(ty.node, left, width, &format!("{}: {}", left.arg.name, type_name(left.arg)));
            return false;
        }
        if signed != left.arg.signed && !left.arg.pointer {
            self.wrong_sign(ty.node, left, &format!("{}: {}", left.arg.name, type_name(left.arg)));
            return false;
        }
        true
    }

    pub(super) fn wrong_sign(&mut self, node: NodeId, left: Left, instead: &str) {
        let kind = if left.arg.signed { "signed" } else { "unsigned" };
        self.problems.report(
            ProblemKind::WrongSign,
            node,
            format!("`{}` of `{}` is `{}`, which is {kind}", left.arg.name, left.call, left.arg.ty),
            format!("write `{instead}`, or leave the type out"),
        );
    }

    pub(super) fn wrong_width(&mut self, node: NodeId, left: Left, stated: Width, instead: &str) {
        let (read, said) = match stated {
            Width::W32 => ("all 64 bits", 32),
            Width::W64 => ("32 bits", 64),
        };
        let although = if left.arg.narrowed { ", although it is declared 64 bits wide" } else { "" };
        let why = match stated {
            Width::W32 => "the upper half would go unchecked",
            Width::W64 => "the kernel ignores the upper half, so that whoever sets it slips past the comparison",
        };
        self.problems.report(
            ProblemKind::WrongWidth,
            node,
            format!(
                "`{}` of `{}` is `{}`: the kernel reads {read} of it, not {said}{although}",
                left.arg.name, left.call, left.arg.ty
            ),
            format!("write `{instead}`, or leave the type out: {why}"),
        );
    }
}

/// The argument of a call by number, by its position and its stated type.
pub(super) fn numbered_arg(name: &str, ty: &str) -> Option<&'static Arg> {
    const fn typed(ty: &'static str, width: Width, signed: bool) -> [Arg; 6] {
        const NAMES: [&str; 6] = ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"];
        let mut args = [Arg { name: "", ty, width, signed, pointer: false, narrowed: false }; 6];
        let mut index = 0;
        while index < 6 {
            args[index].name = NAMES[index];
            index += 1;
        }
        args
    }
    static ARGS: [[Arg; 6]; 4] = [
        typed("u32", Width::W32, false),
        typed("i32", Width::W32, true),
        typed("u64", Width::W64, false),
        typed("i64", Width::W64, true),
    ];
    ARGS.iter().flatten().find(|arg| arg.name == name && arg.ty == ty)
}

/// The arguments of a call, to be shown.
pub(super) fn prototype(call: &str, args: &[Arg]) -> String {
    let described: Vec<_> = args.iter().map(|arg| format!("{}: {}", arg.name, arg.ty)).collect();
    match args.len() {
        0 => format!("`{call}` has no arguments"),
        _ => format!("`{call}` has ({})", described.join(", ")),
    }
}

pub(super) fn type_name(arg: &Arg) -> &'static str {
    match (arg.width, arg.signed) {
        (Width::W32, false) => "u32",
        (Width::W32, true) => "i32",
        (Width::W64, false) => "u64",
        (Width::W64, true) => "i64",
    }
}

fn cmp(left: Left, mask: Option<Value>, op: CmpOp, value: Value) -> Cond {
    Cond::Cmp(Cmp { arg: left.index, width: left.arg.width, signed: left.arg.signed, mask, op, value })
}

fn atom(cond: &Cond, left: Left, mask: Option<Value>, op: CmpOp, value: Value, node: NodeId, negated: bool) -> Atom {
    let op = if negated { opposite(op) } else { op };
    Atom { cond: cond.clone(), arg: left.index, op, mask, value, node }
}

/// What holds where `op` does not.
pub(super) fn opposite(op: CmpOp) -> CmpOp {
    match op {
        CmpOp::Eq => CmpOp::Ne,
        CmpOp::Ne => CmpOp::Eq,
        CmpOp::Lt => CmpOp::Ge,
        CmpOp::Le => CmpOp::Gt,
        CmpOp::Gt => CmpOp::Le,
        CmpOp::Ge => CmpOp::Lt,
    }
}
