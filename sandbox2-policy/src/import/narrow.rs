//! From comparisons of whole registers to comparisons of what the kernel reads.
//!
//! Other tools compare registers: all 64 bits, or the low 32, always unsigned. The kernel reads 16, 32 or 64 bits of an
//! argument, and some are signed. What comes out compares exactly what the kernel reads, and agrees with the source on every
//! *clean* register: one whose unread upper half is zero, or, for an argument that the source compares with a negative number,
//! a copy of the sign. A register with another upper half means the same call to the kernel, so that nothing is let through
//! that could not be had under the source.

use super::machine::{Arm, Comparison, Condition};
use crate::ast::NodeId;
use crate::meaning::{Cmp, CmpOp, Cond, Value, Width};
use crate::tables::Arg;

/// A comparison of what the kernel reads, as bits of that width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    /// Which argument.
    pub(super) arg: u8,
    /// Masked with this first; `==` and `!=` only.
    pub(super) mask: Option<u64>,
    /// How; by order as the argument's type says.
    pub(super) op: CmpOp,
    /// With these bits.
    pub(super) value: u64,
    /// The constants that the source wrote.
    pub(super) words: Vec<String>,
    /// Where.
    pub(super) node: NodeId,
}

/// A condition on what the kernel reads, without negations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Narrow {
    /// Always, or never.
    Known(bool),
    /// One comparison.
    Test(Test),
    /// All of these, at least two.
    All(Vec<Narrow>),
    /// Any of these, at least two.
    Any(Vec<Narrow>),
}

/// What the kernel reads of an argument.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    bits: u32,
    pub(super) signed: bool,
    /// Clean registers have copies of the sign above it.
    extended: bool,
}

impl Read {
    /// Of an argument with a known type; `None` for a call by number: all 64 bits.
    pub(super) fn of(arg: Option<&Arg>) -> Read {
        let bits = match arg {
            Some(arg) if arg.effective().is_some() => 16,
            Some(Arg { width: Width::W32, .. }) => 32,
            _ => 64,
        };
        Read { bits, signed: arg.is_some_and(|arg| arg.signed), extended: false }
    }

    /// All bits that the kernel reads.
    pub(super) fn whole(self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    /// The register for these bits of an argument.
    #[cfg(test)]
    pub(super) fn clean(self, value: u64) -> u64 {
        let low = value & self.whole();
        let negative = self.extended && low >> (self.bits - 1) == 1;
        if negative { low | !self.whole() } else { low }
    }

    /// How the rules of one call compare the argument decides which registers count as clean.
    pub(super) fn among(self, index: u8, arms: &[Arm]) -> Read {
        let mut cmps = Vec::new();
        arms.iter().for_each(|arm| arm.cond.comparisons(&mut cmps));
        let negative = |cmp: &&&Comparison| {
            cmp.arg == index
                && cmp.wide
                && cmp.set == 0
                && cmp.keep >> 32 == 0xffff_ffff
                && cmp.value >> 31 == 0x1_ffff_ffff
        };
        Read { extended: self.bits == 32 && cmps.iter().any(|cmp| negative(&cmp)), ..self }
    }
}

/// The condition on what the kernel reads; `read` says what that is.
pub(super) fn narrow(cond: &Condition, negated: bool, read: &impl Fn(u8) -> Read) -> Narrow {
    match cond {
        Condition::Known(known) => Narrow::Known(*known != negated),
        Condition::Not(inner) => narrow(inner, !negated, read),
        Condition::Cmp(cmp) => comparison(cmp, negated, read(cmp.arg)),
        Condition::All(parts) | Condition::Any(parts) => {
            let parts = parts.iter().map(|part| narrow(part, negated, read));
            if matches!(cond, Condition::All(_)) == negated { any(parts) } else { all(parts) }
        }
    }
}

fn comparison(cmp: &Comparison, negated: bool, read: Read) -> Narrow {
    let op = if negated { opposite(cmp.op) } else { cmp.op };
    // `!=` is what is not `==`, `>=` what is not `<`: two kinds are enough.
    let (op, negated) = match op {
        CmpOp::Ne => (CmpOp::Eq, true),
        CmpOp::Ge => (CmpOp::Lt, true),
        CmpOp::Gt => (CmpOp::Le, true),
        op => (op, false),
    };
    let compared: u32 = if cmp.wide { 64 } else { 32 };
    let low = u64::MAX >> (64 - compared);
    let field = Field { cmp, read, keep: cmp.keep & low, set: cmp.set & low, op, value: cmp.value & low };
    let narrow = if compared <= read.bits {
        field.inside()
    } else if read.extended && field.keep & !read.whole() != 0 {
        let sign = |negative: bool| {
            let bit = 1 << (read.bits - 1);
            Narrow::Test(Test { mask: Some(bit), op: CmpOp::Eq, value: if negative { bit } else { 0 }, ..field.test() })
        };
        let negative = all([sign(true), field.below(field.keep & !read.whole())].into_iter());
        let positive = all([sign(false), field.below(0)].into_iter());
        let negative = if field.implies_sign(true) { field.below(field.keep & !read.whole()) } else { negative };
        let positive = if field.implies_sign(false) { field.below(0) } else { positive };
        any([negative, positive].into_iter())
    } else {
        field.below(0)
    };
    if negated { not(narrow) } else { narrow }
}

/// A comparison by `==`, `<` or `<=` while it is taken apart.
struct Field<'c> {
    cmp: &'c Comparison,
    read: Read,
    keep: u64,
    set: u64,
    op: CmpOp,
    value: u64,
}

impl Field<'_> {
    fn test(&self) -> Test {
        let (arg, node) = (self.cmp.arg, self.cmp.node);
        Test { arg, mask: None, op: CmpOp::Eq, value: 0, words: self.cmp.words.clone(), node }
    }

    /// Whether an equality of the low bits decides the sign by itself.
    fn implies_sign(&self, negative: bool) -> bool {
        let bit = 1 << (self.read.bits - 1);
        self.op == CmpOp::Eq && self.keep & bit != 0 && (self.value & bit != 0) == negative
    }

    /// Where the bits above what the kernel reads are `upper` (before `set`).
    fn below(&self, upper: u64) -> Narrow {
        let full = self.read.whole();
        let (left, right) = (upper | self.set & !full, self.value & !full);
        match self.op {
            _ if left == right => {
                let low = Field { keep: self.keep & full, set: self.set & full, value: self.value & full, ..*self };
                low.inside()
            }
            CmpOp::Eq => Narrow::Known(false),
            _ => Narrow::Known(left < right),
        }
    }

    /// On bits that the kernel reads.
    fn inside(&self) -> Narrow {
        let full = self.read.whole();
        let keep = self.keep & !self.set;
        match self.op {
            CmpOp::Eq if self.value & !(keep | self.set) != 0 || self.set & !self.value != 0 => Narrow::Known(false),
            CmpOp::Eq if keep == 0 => Narrow::Known(true),
            CmpOp::Eq => {
                let mask = (keep != full).then_some(keep);
                Narrow::Test(Test { mask, value: self.value & keep, ..self.test() })
            }
            _ => {
                let bound = u128::from(self.value) + u128::from(self.op == CmpOp::Le);
                match u64::try_from(bound).ok().filter(|bound| *bound <= full) {
                    None => Narrow::Known(true),
                    Some(0) => Narrow::Known(false),
                    Some(bound) if keep == full => self.less(bound),
                    Some(bound) => self.masked_less(keep, bound),
                }
            }
        }
    }

    /// The whole of it is less than `bound`, as unsigned numbers.
    fn less(&self, bound: u64) -> Narrow {
        let test = |op, value| Narrow::Test(Test { op, value, words: Vec::new(), ..self.test() });
        let half = 1 << (self.read.bits - 1);
        if bound == 1 {
            return test(CmpOp::Eq, 0);
        }
        match self.read.signed {
            false if self.op == CmpOp::Le => Narrow::Test(Test { op: CmpOp::Le, value: self.value, ..self.test() }),
            false => Narrow::Test(Test { op: CmpOp::Lt, value: bound, ..self.test() }),
            true if bound == half => test(CmpOp::Ge, 0),
            true if bound < half => all([test(CmpOp::Ge, 0), test(CmpOp::Le, bound - 1)].into_iter()),
            true => any([test(CmpOp::Ge, 0), test(CmpOp::Lt, bound)].into_iter()),
        }
    }

    /// `argument & keep | set` is less than `bound`: at the first bit in which they differ, the bound has a one.
    fn masked_less(&self, keep: u64, bound: u64) -> Narrow {
        let terms = (0..self.read.bits).rev().filter(|bit| bound >> bit & 1 == 1).filter_map(|bit| {
            let above = self.read.whole() & !((2_u64 << bit).wrapping_sub(1));
            let here = 1_u64 << bit;
            let impossible =
                self.set & here != 0 || bound & above & !(keep | self.set) != 0 || self.set & above & !bound != 0;
            let mask = keep & (above | here);
            let test = Test { mask: Some(mask), value: bound & above & keep, words: Vec::new(), ..self.test() };
            match (impossible, mask) {
                (true, _) => None,
                (false, 0) => Some(Narrow::Known(true)),
                (false, _) => Some(Narrow::Test(test)),
            }
        });
        any(terms)
    }
}

/// All of these.
pub(super) fn all(parts: impl Iterator<Item = Narrow>) -> Narrow {
    gather(parts, true)
}

/// Any of these.
pub(super) fn any(parts: impl Iterator<Item = Narrow>) -> Narrow {
    gather(parts, false)
}

/// Joined flat, each part once; `neutral` is what a part may be without mattering.
fn gather(parts: impl Iterator<Item = Narrow>, neutral: bool) -> Narrow {
    let mut flat: Vec<Narrow> = Vec::new();
    for part in parts {
        match part {
            Narrow::Known(known) if known == neutral => {}
            Narrow::Known(known) => return Narrow::Known(known),
            Narrow::All(inner) if neutral => flat.extend(inner),
            Narrow::Any(inner) if !neutral => flat.extend(inner),
            part => flat.push(part),
        }
    }
    let mut once: Vec<Narrow> = Vec::with_capacity(flat.len());
    for part in flat {
        if once.iter_mut().any(|known| merged(known, &part, neutral)) {
            continue;
        }
        if !once.iter().any(|known| same(known, &part)) {
            once.push(part);
        }
    }
    match once.len() {
        0 => Narrow::Known(neutral),
        1 => once.swap_remove(0),
        _ if neutral => Narrow::All(once),
        _ => Narrow::Any(once),
    }
}

/// Equalities of disjoint bits that must all hold are one of all those bits; so are inequalities of which any must.
fn merged(known: &mut Narrow, part: &Narrow, all: bool) -> bool {
    let (Narrow::Test(known), Narrow::Test(part)) = (known, part) else { return false };
    let op = if all { CmpOp::Eq } else { CmpOp::Ne };
    let (Some(mask), Some(more)) = (known.mask, part.mask) else { return false };
    if known.arg != part.arg || known.op != op || part.op != op || mask & more != 0 {
        return false;
    }
    known.mask = Some(mask | more).filter(|mask| *mask != u64::MAX);
    known.value |= part.value;
    known.words.clear();
    true
}

/// The same, wherever it stands.
fn same(a: &Narrow, b: &Narrow) -> bool {
    match (a, b) {
        (Narrow::Test(a), Narrow::Test(b)) => (a.arg, a.mask, a.op, a.value) == (b.arg, b.mask, b.op, b.value),
        _ => a == b,
    }
}

fn not(narrow: Narrow) -> Narrow {
    match narrow {
        Narrow::Known(known) => Narrow::Known(!known),
        Narrow::Test(test) => Narrow::Test(Test { op: opposite(test.op), ..test }),
        Narrow::All(parts) => any(parts.into_iter().map(not)),
        Narrow::Any(parts) => all(parts.into_iter().map(not)),
    }
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

impl Narrow {
    /// As the checker and the evaluator see it.
    pub(super) fn cond(&self, read: &impl Fn(u8) -> Read) -> Cond {
        match self {
            Narrow::Known(true) => Cond::True,
            Narrow::Known(false) => Cond::Any(Vec::new().into()),
            Narrow::All(parts) => Cond::All(parts.iter().map(|part| part.cond(read)).collect()),
            Narrow::Any(parts) => Cond::Any(parts.iter().map(|part| part.cond(read)).collect()),
            Narrow::Test(test) => {
                let of = read(test.arg);
                let width = if of.bits == 64 { Width::W64 } else { Width::W32 };
                let mask = test.mask.or((of.bits == 16).then_some(0xffff)).map(Value::Known);
                let (signed, value) = (of.signed, Value::Known(test.value));
                Cond::Cmp(Cmp { arg: test.arg, width, signed, mask, op: test.op, value })
            }
        }
    }

    /// The first comparison that `wrong` is true of.
    pub(super) fn find(&self, wrong: &impl Fn(&Test) -> bool) -> Option<&Test> {
        match self {
            Narrow::Known(_) => None,
            Narrow::Test(test) => wrong(test).then_some(test),
            Narrow::All(parts) | Narrow::Any(parts) => parts.iter().find_map(|part| part.find(wrong)),
        }
    }

    /// The bits of `value` as a number of the argument's type.
    pub(super) fn number(value: u64, read: Read) -> i128 {
        match read.signed && value >> (read.bits - 1) & 1 == 1 {
            true => i128::from(value) - (1_i128 << read.bits),
            false => value.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::machine::plain::holds;
    use super::*;
    use proptest::prelude::{
        Just, ProptestConfig, Strategy, any as arbitrary, prop, prop_assert_eq, prop_oneof, proptest,
    };

    fn interesting() -> impl Strategy<Value = u64> {
        let near = prop::sample::select(vec![
            0_u64,
            1,
            3,
            7,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_ffff,
            1 << 32,
            1 << 63,
            u64::MAX,
        ]);
        prop_oneof![
            (near, 0..5_u64).prop_map(|(near, by)| near.wrapping_add(by).wrapping_sub(2)),
            arbitrary::<u64>(),
            arbitrary::<u32>().prop_map(u64::from),
            arbitrary::<i32>().prop_map(|value| i64::from(value).cast_unsigned()),
        ]
    }

    fn comparisons() -> impl Strategy<Value = Comparison> {
        let ops = vec![CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge];
        let keep = prop_oneof![3 => Just(u64::MAX), 1 => interesting(), 1 => 0..16_u64];
        let set = prop_oneof![4 => Just(0_u64), 1 => 0..8_u64, 1 => interesting()];
        (arbitrary::<bool>(), keep, set, prop::sample::select(ops), interesting()).prop_map(
            |(wide, keep, set, op, value)| Comparison {
                arg: 0,
                wide,
                keep,
                set,
                op,
                value,
                words: Vec::new(),
                node: NodeId(0),
            },
        )
    }

    fn of(narrow: &Narrow, read: Read, register: u64) -> bool {
        crate::reference::holds(&narrow.cond(&|_| read), &[register, 0, 0, 0, 0, 0], &[])
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]
        #[test]
        fn on_clean_registers_source_and_result_agree(
            cmps in prop::collection::vec(comparisons(), 1..3),
            negated: bool,
            kind in 0..6_usize,
            near in interesting(),
        ) {
            let (bits, signed) = [(16, false), (32, false), (32, true), (64, false), (64, true), (32, true)][kind];
            let value = cmps[0].value;
            let cond = Condition::All(cmps.into_iter().map(Condition::Cmp).collect());
            let cond = if negated { Condition::Not(Box::new(cond)) } else { cond };
            let arm = Arm { cond, action: crate::Action::Allow, node: NodeId(0) };
            let read = Read { bits, signed, extended: false }.among(0, std::slice::from_ref(&arm));
            let result = narrow(&arm.cond, false, &|_| read);
            for register in [near, value, value.wrapping_add(1), value.wrapping_sub(1)] {
                let clean = read.clean(register);
                let args = [clean, 0, 0, 0, 0, 0];
                prop_assert_eq!(holds(&arm.cond, &args), of(&result, read, clean), "{:?} {:#x}", result, clean);
                // Whatever is above what the kernel reads does not matter.
                if bits < 64 {
                    prop_assert_eq!(of(&result, read, clean), of(&result, read, clean ^ 0xdead_0000_0000_0000));
                }
            }
        }
    }
}
