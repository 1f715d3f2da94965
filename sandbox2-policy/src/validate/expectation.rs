//! What a program must return, as a function of the system call number and a decision diagram of the arguments.
//!
//! The translation of conditions to bits is this file's own: it knows registers and numbers as the policy writes them, and
//! nothing of how programs test them.

use super::accumulator::{Accumulator, Range, Word};
use super::diagram::{Diagrams, variable};
use crate::action::{Action, Errno, Supervision};
use crate::arch::{Arch, X32_SYSCALL_BIT};
use crate::bdd::Ref;
use crate::meaning::{CallRules, Cmp, CmpOp, Cond, Meaning, Rule, SymbolId, Value, Width};
use crate::program::Operand;
use crate::reference::{execveat, kernel_return};

/// A meaning under a kind of supervision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expectation<'a> {
    pub(super) meaning: &'a Meaning,
    pub(super) supervision: Supervision,
}

/// What is expected of one system call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expected<'a> {
    /// This, whatever the arguments.
    Constant(u32),
    /// It depends.
    Rules(&'a [Rule]),
}

impl<'a> Expectation<'a> {
    /// For a call that no rule can save.
    pub(super) fn violation(self) -> u32 {
        kernel_return(Action::Kill, self.supervision, false)
    }

    /// Where rules leave a call undecided.
    pub(super) fn default(self) -> u32 {
        kernel_return(self.meaning.default, self.supervision, false)
    }

    /// For the number `nr`, which has no rules.
    pub(super) fn unnamed(self, nr: u32) -> u32 {
        match self.meaning.is_newer(nr) {
            true => kernel_return(Action::Errno(Errno::ENOSYS), self.supervision, false),
            false => self.default(),
        }
    }

    /// The numbers at which what [`Self::unnamed`] says may change, above `low` and up to `high`.
    pub(super) fn bounds(self, range: Range) -> impl Iterator<Item = u32> + 'a {
        let newer: &'a [(u32, u32)] = &self.meaning.newer;
        let bounds = newer.iter().flat_map(|&(first, last)| [Some(first), last.checked_add(1)]).flatten();
        bounds.filter(move |bound| range.low < *bound && *bound <= range.high)
    }

    /// From this number on every call is a violation.
    pub(super) fn numbers_end(self) -> Option<u32> {
        (self.meaning.arch == Arch::X86_64).then_some(X32_SYSCALL_BIT)
    }

    /// The number that a monitor sees whatever its rules.
    pub(super) fn exec(self) -> Option<u32> {
        (self.supervision != Supervision::Standalone).then(|| execveat(self.meaning.arch))
    }

    /// The calls with rules whose numbers are in the range.
    pub(super) fn calls(self, numbers: Range) -> &'a [CallRules] {
        let calls: &'a [CallRules] = &self.meaning.calls;
        let from = calls.partition_point(|call| call.nr < numbers.low);
        let to = calls.partition_point(|call| call.nr <= numbers.high);
        calls.get(from..to).unwrap_or(&[])
    }

    /// For the native call `nr`, below [`Self::numbers_end`].
    pub(super) fn native(self, nr: u32, rules: &'a [Rule]) -> Expected<'a> {
        if self.exec() == Some(nr) {
            return Expected::Constant(kernel_return(Action::Kill, self.supervision, true));
        }
        match rules.first() {
            None => Expected::Constant(self.unnamed(nr)),
            Some(Rule { cond: Cond::True, action, .. }) => {
                Expected::Constant(kernel_return(*action, self.supervision, false))
            }
            Some(_) => Expected::Rules(rules),
        }
    }

    /// The diagram of what is expected.
    pub(super) fn diagram(self, expected: Expected<'_>, diagrams: &mut Diagrams) -> Ref {
        match expected {
            Expected::Constant(value) => diagrams.bdd.leaf(value),
            Expected::Rules(rules) => {
                let mut function = diagrams.bdd.leaf(self.default());
                // Backwards, so that the first rule has the last word.
                for rule in rules.iter().rev() {
                    let value = kernel_return(rule.action, self.supervision, false);
                    let holds = condition(&rule.cond, diagrams);
                    let leaf = diagrams.bdd.leaf(value);
                    function = diagrams.bdd.ite(holds, leaf, function);
                }
                function
            }
        }
    }
}

fn condition(cond: &Cond, diagrams: &mut Diagrams) -> Ref {
    match cond {
        Cond::True => Ref::TRUE,
        Cond::Cmp(cmp) => comparison(cmp, diagrams),
        Cond::All(list) => list.iter().fold(Ref::TRUE, |all, cond| {
            let one = condition(cond, diagrams);
            diagrams.bdd.and(all, one)
        }),
        Cond::Any(list) => any(list, diagrams),
        Cond::Not(list) => {
            let some = any(list, diagrams);
            diagrams.bdd.not(some)
        }
    }
}

fn any(list: &[Cond], diagrams: &mut Diagrams) -> Ref {
    list.iter().fold(Ref::FALSE, |any, cond| {
        let one = condition(cond, diagrams);
        diagrams.bdd.or(any, one)
    })
}

fn comparison(cmp: &Cmp, diagrams: &mut Diagrams) -> Ref {
    if cmp.arg > 5 {
        return diagrams.poison();
    }
    let (equal, less) = match (cmp.mask, cmp.value) {
        (None, Value::Known(value)) => number(cmp, u64::MAX, value, diagrams),
        (Some(Value::Known(mask)), Value::Known(value)) => number(cmp, mask, value, diagrams),
        _ => symbol(cmp, diagrams),
    };
    match cmp.op {
        CmpOp::Eq => equal,
        CmpOp::Ne => diagrams.bdd.not(equal),
        CmpOp::Lt => less,
        CmpOp::Le => diagrams.bdd.or(less, equal),
        CmpOp::Gt => {
            let at_most = diagrams.bdd.or(less, equal);
            diagrams.bdd.not(at_most)
        }
        CmpOp::Ge => diagrams.bdd.not(less),
    }
}

/// Where `arg & mask` equals the number, and where it is less.
fn number(cmp: &Cmp, mask: u64, value: u64, diagrams: &mut Diagrams) -> (Ref, Ref) {
    let width = match cmp.width {
        Width::W32 => 32,
        Width::W64 => 64,
    };
    let order_asked = !matches!(cmp.op, CmpOp::Eq | CmpOp::Ne);
    let (mut equal, mut less) = (Ref::TRUE, Ref::FALSE);
    for bit in 0..width {
        let one = value >> bit & 1 == 1;
        // A bit that is masked out is 0 whatever the input.
        let var = if mask >> bit & 1 == 1 { variable(Word::of_argument(cmp.arg, bit >= 32), bit % 32) } else { None };
        let choose = |diagrams: &mut Diagrams, zero, one| match var {
            Some(var) => diagrams.bdd.node(var, zero, one),
            None => zero,
        };
        if order_asked {
            // A negative number is less than one that is not: at the sign bit, 1 is less than 0.
            let sign = cmp.signed && bit == width - 1;
            less = match (one, sign) {
                (true, false) => choose(diagrams, Ref::TRUE, less),
                (false, false) => choose(diagrams, less, Ref::FALSE),
                (true, true) => choose(diagrams, Ref::FALSE, less),
                (false, true) => choose(diagrams, less, Ref::TRUE),
            };
        }
        equal = if one { choose(diagrams, Ref::FALSE, equal) } else { choose(diagrams, equal, Ref::FALSE) };
    }
    (equal, less)
}

/// The same with a Rust constant for the value, the mask or both, by relations between halves.
fn symbol(cmp: &Cmp, diagrams: &mut Diagrams) -> (Ref, Ref) {
    const SIGN: u32 = 0x8000_0000;
    let order_asked = !matches!(cmp.op, CmpOp::Eq | CmpOp::Ne);
    let mut relations = |high: bool| {
        let mut left = Accumulator::loaded(Word::of_argument(cmp.arg, high));
        if let Some(mask) = cmp.mask {
            left = left.and(half(mask, high))?;
        }
        let mut right = half(cmp.value, high);
        let equal = relation_equal(left, right, diagrams);
        if !order_asked {
            return Some((equal, Ref::FALSE));
        }
        if cmp.signed && high == (cmp.width == Width::W64) {
            left = left.xor(Operand::Known(SIGN))?;
            right = match right {
                Operand::Known(number) => Operand::Known(number ^ SIGN),
                Operand::Symbol { symbol, high, xor } => Operand::Symbol { symbol, high, xor: xor ^ SIGN },
            };
        }
        let less = diagrams.less_if_unequal(left, right);
        Some((equal, diagrams.bdd.ite(equal, Ref::FALSE, less)))
    };
    let low = relations(false);
    let high = if cmp.width == Width::W64 { relations(true) } else { Some((Ref::TRUE, Ref::FALSE)) };
    match (low, high) {
        (Some((low_equal, low_less)), Some((high_equal, high_less))) => {
            let equal = diagrams.bdd.and(high_equal, low_equal);
            let less = diagrams.bdd.and(high_equal, low_less);
            (equal, diagrams.bdd.or(high_less, less))
        }
        // Order of something masked with a constant: no policy says it.
        _ => {
            let poison = diagrams.poison();
            (poison, poison)
        }
    }
}

fn relation_equal(left: Accumulator, right: Operand, diagrams: &mut Diagrams) -> Ref {
    match (left.symbol, right) {
        // A half of a 64-bit mask can be all there is to know.
        (None, Operand::Known(number)) => {
            diagrams.test(left, super::accumulator::Question::Equal, Operand::Known(number))
        }
        _ => diagrams.equal(left, right),
    }
}

fn half(value: Value, high: bool) -> Operand {
    match value {
        Value::Known(number) => Operand::Known(if high { (number >> 32) as u32 } else { number as u32 }),
        Value::Symbol(SymbolId(id)) => Operand::Symbol { symbol: SymbolId(id), high, xor: 0 },
    }
}
