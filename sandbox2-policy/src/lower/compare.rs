//! One comparison of an argument, as conditions on its words.
//!
//! A 32-bit comparison looks at the low half only, as the kernel does. A 64-bit one looks at both: equal where both halves
//! are equal; less where the high half is less, or equal with a lesser low half. The sign counts in the high half alone.
//! (libseccomp compared the halves independently of each other: CVE-2019-9893.)

use super::condition::{ConditionId, Conditions, Junction};
use super::set::WordSet;
use super::words::{Relation, View, Word};
use crate::meaning::{Cmp, CmpOp, Value, Width};
use crate::program::Operand;

/// The sign bit of a word.
const SIGN: u32 = 0x8000_0000;

/// The condition that holds where `cmp` evaluates to `wanted`.
pub(crate) fn lower_cmp(cmp: &Cmp, wanted: bool, conditions: &mut Conditions) -> ConditionId {
    let relation = if wanted { relation(cmp.op) } else { relation(cmp.op).not() };
    let ordered = relation != Relation::EQUAL && relation != Relation::EQUAL.not();
    let signed = cmp.signed && ordered;
    let low = Half { word: Word::low(cmp.arg), high: false, signed: signed && cmp.width == Width::W32 };
    if cmp.width == Width::W32 {
        return low.compare(cmp, relation, conditions);
    }
    let high = Half { word: Word::high(cmp.arg), high: true, signed };
    if relation == Relation::EQUAL {
        let parts = vec![high.compare(cmp, relation, conditions), low.compare(cmp, relation, conditions)];
        return conditions.junction(Junction::All, parts);
    }
    if !ordered {
        let parts = vec![high.compare(cmp, relation, conditions), low.compare(cmp, relation, conditions)];
        return conditions.junction(Junction::Any, parts);
    }
    let decided = high.compare(cmp, relation.and(Relation::EQUAL.not()), conditions);
    let undecided = high.compare(cmp, Relation::EQUAL, conditions);
    let rest = low.compare(cmp, relation, conditions);
    let undecided = conditions.junction(Junction::All, vec![undecided, rest]);
    conditions.junction(Junction::Any, vec![decided, undecided])
}

/// How the argument must stand to the value.
fn relation(op: CmpOp) -> Relation {
    match op {
        CmpOp::Eq => Relation::EQUAL,
        CmpOp::Ne => Relation::EQUAL.not(),
        CmpOp::Lt => Relation::LESS,
        CmpOp::Le => Relation::GREATER.not(),
        CmpOp::Gt => Relation::GREATER,
        CmpOp::Ge => Relation::LESS.not(),
    }
}

/// One half of an argument, and how it is compared.
struct Half {
    word: Word,
    high: bool,
    signed: bool,
}

impl Half {
    /// That this half of the argument stands in that relation to the same half of the value.
    fn compare(&self, cmp: &Cmp, relation: Relation, conditions: &mut Conditions) -> ConditionId {
        let mask = cmp.mask.map(|mask| self.operand(mask, 0)).filter(|mask| *mask != Operand::Known(u32::MAX));
        let view = View { word: self.word, mask, flip: false };
        if let (Operand::Known(value), false) = (self.operand(cmp.value, 0), view.is_opaque()) {
            let flip = if self.signed { SIGN } else { 0 };
            let set = numbers(relation, value ^ flip);
            return conditions.within(view, if self.signed { set.flipped() } else { set });
        }
        let operand = self.operand(cmp.value, if self.signed { SIGN } else { 0 });
        conditions.versus(View { flip: self.signed, ..view }, operand, relation)
    }

    /// This half of `value`.
    fn operand(&self, value: Value, xor: u32) -> Operand {
        match value {
            Value::Known(number) if self.high => Operand::Known((number >> 32) as u32 ^ xor),
            Value::Known(number) => Operand::Known(number as u32 ^ xor),
            Value::Symbol(symbol) => Operand::Symbol { symbol, high: self.high, xor },
        }
    }
}

/// The numbers that stand in that relation to `value`.
fn numbers(relation: Relation, value: u32) -> WordSet {
    let mut ranges = Vec::with_capacity(3);
    if relation.includes(Relation::LESS)
        && let Some(last) = value.checked_sub(1)
    {
        ranges.push((0, last));
    }
    if relation.includes(Relation::EQUAL) {
        ranges.push((value, value));
    }
    if relation.includes(Relation::GREATER)
        && let Some(first) = value.checked_add(1)
    {
        ranges.push((first, u32::MAX));
    }
    WordSet::of(ranges)
}
