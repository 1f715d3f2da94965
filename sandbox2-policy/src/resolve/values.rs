//! Values: literals, constants and Rust expressions, held against the argument that they are compared with.

use super::conditions::{Left, type_name};
use super::{Resolver, Symbol, SymbolSource};
use crate::arch::Arch;
use crate::ast::{Name, NodeId, Subject, ValueSpec};
use crate::meaning::{Value, Width};
use crate::problem::{ProblemKind, nearest};
use crate::tables;

/// How a number came about, which decides what range it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Compared as a number: a literal, and whatever is compared by order.
    Number,
    /// A pattern of bits: in a mask, what a mask leaves, or a combination of constants.
    Bits,
}

impl Form {
    /// The form of a value that is compared by `==` or `!=`; `masked` if with what a mask leaves.
    pub(super) fn of_equal(spec: &ValueSpec, masked: bool) -> Form {
        match spec {
            ValueSpec::Int { .. } if !masked => Form::Number,
            _ => Form::Bits,
        }
    }
}

impl Resolver<'_> {
    /// A subject's mask, or the one that the kernel applies by itself: `Some(None)` if there is none, `None` if it has a
    /// mistake.
    pub(super) fn mask(&mut self, subject: &Subject, left: Left, arch: Arch) -> Option<Option<Value>> {
        match &subject.mask {
            None => Some(left.arg.effective().map(|bits| Value::Known(bits.into()))),
            Some(mask) => self.value(mask, left, arch, Form::Bits).map(Some),
        }
    }

    /// The value of `spec` for the argument `left`, in that form.
    pub(super) fn value(&mut self, spec: &ValueSpec, left: Left, arch: Arch, form: Form) -> Option<Value> {
        match spec {
            ValueSpec::Rust { expr, .. } => {
                let symbol =
                    Symbol { source: SymbolSource::Expr(*expr), width: left.arg.width, signed: left.arg.signed };
                Some(Value::Symbol(self.symbol(symbol)))
            }
            ValueSpec::Constant(name) if self.is_slot(name) => self.slot_value(name, left, form),
            ValueSpec::Null(node) => {
                self.problems.report(
                    ProblemKind::NullForNumber,
                    *node,
                    format!("`{}` of `{}` is `{}`, not a pointer", left.arg.name, left.call, left.arg.ty),
                    "write 0",
                );
                None
            }
            _ => {
                let number = self.number(spec, left, arch)?;
                self.fit(number, form, spec, left).map(Value::Known)
            }
        }
    }

    fn number(&mut self, spec: &ValueSpec, left: Left, arch: Arch) -> Option<i128> {
        match spec {
            ValueSpec::Int { value, suffix, node, .. } => {
                self.suffix_fits(suffix.as_deref(), *value, *node, left)?;
                Some(*value)
            }
            ValueSpec::Constant(name) => self.constant(name, arch),
            ValueSpec::Or(parts, _) => {
                let numbers: Vec<_> = parts.iter().map(|part| self.number(part, left, arch)).collect();
                numbers.into_iter().try_fold(0, |all, number| Some(all | number?))
            }
            ValueSpec::Null(node) | ValueSpec::Rust { node, .. } => {
                self.problems.report(
                    ProblemKind::NotConstant,
                    *node,
                    format!("`{spec}` cannot be combined with `|`"),
                    "put the whole value in braces, as one Rust expression",
                );
                None
            }
        }
    }

    /// A literal's suffix states width and sign as `fd: u64` does.
    fn suffix_fits(&mut self, suffix: Option<&str>, value: i128, node: NodeId, left: Left) -> Option<()> {
        let Some(suffix) = suffix else { return Some(()) };
        let (stated, signed) = match suffix {
            "u32" => (Width::W32, false),
            "i32" => (Width::W32, true),
            "u64" | "usize" => (Width::W64, false),
            "i64" | "isize" => (Width::W64, true),
            other => {
                let message = format!("`{other}` is not the type of an argument");
                let hint = format!("write `{value}{}`, or leave the type out", type_name(left.arg));
                self.problems.report(ProblemKind::UnknownType, node, message, hint);
                return None;
            }
        };
        let instead = format!("{value}{}", type_name(left.arg));
        if stated != left.arg.width {
            self.wrong_width(node, left, stated, &instead);
            return None;
        }
        if signed != left.arg.signed {
            self.wrong_sign(node, left, &instead);
            return None;
        }
        Some(())
    }

    fn constant(&mut self, name: &Name, arch: Arch) -> Option<i128> {
        let Some(constant) = tables::constant(&name.text) else {
            let known = tables::constants().iter().map(|constant| constant.name);
            let hint = match nearest(&name.text, known) {
                Some(near) => {
                    format!("did you mean `{near}`? A constant of your own stands in braces: `{{ {} }}`", name.text)
                }
                None => format!("a constant of your own stands in braces: `{{ {} }}`", name.text),
            };
            let message = format!("unknown constant `{}`", name.text);
            self.problems.report(ProblemKind::UnknownConstant, name.node, message, hint);
            return None;
        };
        let Some(value) = constant.values[arch.index()] else {
            self.problems.report(
                ProblemKind::MissingConstant,
                name.node,
                format!("`{}` does not exist on {}", name.text, names(constant.values, false)),
                format!("put the rule into `if arch {} {{ … }}`", names(constant.values, true)),
            );
            return None;
        };
        self.out.constants.insert(constant.name);
        Some(value.into())
    }

    /// The register's bits for `number`, if the argument can hold it.
    fn fit(&mut self, number: i128, form: Form, spec: &ValueSpec, left: Left) -> Option<u64> {
        let (bits, low, high): (u32, i128, i128) = match (left.arg.effective(), left.arg.width, left.arg.signed) {
            (Some(effective), _, _) => (effective.count_ones(), 0, effective.into()),
            (None, Width::W32, false) => (32, 0, u32::MAX.into()),
            (None, Width::W32, true) => (32, i32::MIN.into(), i32::MAX.into()),
            (None, Width::W64, false) => (64, 0, u64::MAX.into()),
            (None, Width::W64, true) => (64, i64::MIN.into(), i64::MAX.into()),
        };
        let span = 1_i128 << bits;
        let fits = (low..=high).contains(&number) || (form == Form::Bits && (0..span).contains(&number));
        // A negative pattern of bits (FUTEX_CMD_MASK) is meant for any width.
        let pattern = form == Form::Bits && !left.arg.signed && (-(span / 2)..0).contains(&number) && is_mask(spec);
        if fits || pattern {
            let register = number.rem_euclid(span);
            return u64::try_from(register).ok();
        }
        let (name, call, ty) = (left.arg.name, left.call, left.arg.ty);
        let same_bits = (-(span / 2)..span).contains(&number);
        if same_bits {
            let (sign, other) = if left.arg.signed { ("signed", number - span) } else { ("unsigned", number + span) };
            let other = if left.arg.signed { other.to_string() } else { format!("{other:#x}") };
            self.problems.report(
                ProblemKind::SignTrap,
                spec.node(),
                format!("`{name}` of `{call}` is `{ty}`, which is {sign}: it is never {spec}"),
                format!("if you mean these bits, write {other}"),
            );
        } else {
            let ends = if form == Form::Bits {
                format!("patterns of bits up to {:#x}", span - 1)
            } else if low == 0 {
                format!("0 to {high:#x}")
            } else {
                format!("{low} to {high}")
            };
            self.problems.report(
                ProblemKind::OutOfRange,
                spec.node(),
                format!("`{name}` of `{call}` is `{ty}`: {spec} does not fit into its {bits} bits"),
                format!("it holds {ends}"),
            );
        }
        None
    }
}

/// The architectures that have a constant, or those that lack it.
fn names(values: [Option<i64>; 3], having: bool) -> String {
    let names = Arch::ALL.into_iter().filter(|arch| values[arch.index()].is_some() == having).map(Arch::name);
    names.collect::<Vec<_>>().join(", ")
}

/// Whether a value is a named mask, whose sign in the header means nothing.
fn is_mask(spec: &ValueSpec) -> bool {
    matches!(spec, ValueSpec::Constant(name) if name.text.ends_with("_MASK"))
}
