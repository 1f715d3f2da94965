//! Questions about conditions: is one empty, does one imply another, what is a member.
//!
//! A [`Set`] is a set of argument registers (six of 64 bits) of one system call, together with what is not known yet: a
//! comparison with a Rust constant ([`Value::Symbol`]) is an unknown of its own. `check` asks here for contradictory,
//! vacuous, duplicate, shadowed and overlapping rules. Answers are exact for comparisons with numbers. For symbols they hold
//! *whatever their value is*: `x == S` and `x != S` are complements, `x < S` and `x == S` exclude each other, but `x == S`
//! and `x == 5`, or two symbols, may or may not meet, and a set counts as empty only if it is so in every case.
//!
//! The diagrams are [`bdd`](crate::bdd)'s. Variables are the registers' bits, from the highest to the lowest of each
//! register, and after them the unknowns.

use crate::bdd::{Bdd, Ref, Step};
use crate::meaning::{Cmp, CmpOp, Cond, Value, Width};

/// How many nodes a space may grow to; hundreds of times what policies written by people need.
const NODE_LIMIT: usize = 1 << 21;
/// How many unknowns a space may have. It bounds the depth of recursion.
const UNKNOWN_LIMIT: usize = 2000;
/// The first variable after the bits of the registers.
const FIRST_UNKNOWN: u32 = 6 * 64;

/// A set of arguments, owned by the [`Space`] that made it. Equal sets of one space are `==`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set(Ref);

impl Set {
    /// No argument at all.
    pub const EMPTY: Set = Set(Ref::FALSE);
    /// Every argument.
    pub const FULL: Set = Set(Ref::TRUE);
}

/// What an unknown is about: an argument, masked, beside a value of which at least one part is a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Unknown {
    arg: u8,
    width: Width,
    mask: Value,
    value: Value,
    question: Question,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    /// Are they equal? The same question for signed and unsigned comparisons.
    Equal,
    /// They are not equal: is the argument less?
    Less {
        /// As signed numbers.
        signed: bool,
    },
}

/// The sets of one system call's arguments.
#[derive(Debug, Clone)]
pub struct Space {
    bdd: Bdd,
    /// The `n`-th is variable [`FIRST_UNKNOWN`]` + n`.
    unknowns: Vec<Unknown>,
}

impl Default for Space {
    fn default() -> Space {
        Space::new()
    }
}

impl Space {
    /// A space without any set but the constant ones.
    #[must_use]
    pub fn new() -> Space {
        Space { bdd: Bdd::new(NODE_LIMIT), unknowns: Vec::new() }
    }

    /// The arguments for which `cond` holds. An argument index above 5 is never met: its comparisons count as unknown.
    pub fn cond(&mut self, cond: &Cond) -> Set {
        match cond {
            Cond::True => Set::FULL,
            Cond::Cmp(cmp) => Set(self.comparison(cmp)),
            Cond::Not(list) => {
                let any = self.any(list);
                self.not(any)
            }
            Cond::All(list) => {
                let mut all = Set::FULL;
                for cond in list.iter() {
                    let set = self.cond(cond);
                    all = self.and(all, set);
                }
                all
            }
            Cond::Any(list) => self.any(list),
        }
    }

    /// What is in both.
    pub fn and(&mut self, a: Set, b: Set) -> Set {
        Set(self.bdd.and(a.0, b.0))
    }

    /// What is in either.
    pub fn or(&mut self, a: Set, b: Set) -> Set {
        Set(self.bdd.or(a.0, b.0))
    }

    /// What is not in it.
    #[allow(clippy::should_implement_trait, reason = "the space is what works; sets are mere names")]
    pub fn not(&mut self, a: Set) -> Set {
        Set(self.bdd.not(a.0))
    }

    /// Whether it has no member, whatever the symbols are.
    #[must_use]
    pub fn is_empty(&self, a: Set) -> bool {
        a == Set::EMPTY && !self.is_exhausted()
    }

    /// Whether everything is a member, whatever the symbols are.
    #[must_use]
    pub fn is_full(&self, a: Set) -> bool {
        a == Set::FULL && !self.is_exhausted()
    }

    /// Whether every member of `a` is one of `b`, whatever the symbols are.
    pub fn implies(&mut self, a: Set, b: Set) -> bool {
        let implication = Set(self.bdd.ite(a.0, b.0, Ref::TRUE));
        self.is_full(implication)
    }

    /// A member: the one with the smallest first argument, among those the one with the smallest second, and so on. With
    /// symbols in play it is a member for some, not for all of their values. `None` for the empty set.
    #[must_use]
    pub fn witness(&self, a: Set) -> Option<[u64; 6]> {
        if a == Set::EMPTY || self.is_exhausted() {
            return None;
        }
        let mut args = [0_u64; 6];
        let mut rest = a.0;
        while let Step::Test { var, low, high } = self.bdd.step(rest) {
            if low != Ref::FALSE {
                rest = low;
            } else {
                if let Some(arg) = args.get_mut(var as usize / 64) {
                    *arg |= 1 << (63 - var % 64);
                }
                rest = high;
            }
        }
        Some(args)
    }

    /// The set as cubes that exclude each other: for each argument which of its bits are known, and how. `None` if there are
    /// more than `most`, or a symbol decides.
    #[cfg(feature = "formats")]
    pub(crate) fn cubes(&self, a: Set, most: usize) -> Option<Vec<[(u64, u64); 6]>> {
        let mut cubes = Vec::new();
        if self.is_exhausted() {
            return None;
        }
        let mut open = vec![(a.0, [(0, 0); 6])];
        while let Some((rest, cube)) = open.pop() {
            match self.bdd.step(rest) {
                Step::Test { var, low, high } => {
                    let arg = usize::try_from(var).ok()? / 64;
                    let bit = 1_u64 << (63 - var % 64);
                    let (mask, value) = *cube.get(arg)?;
                    for (next, value) in [(high, value | bit), (low, value)] {
                        if next != Ref::FALSE {
                            let mut cube = cube;
                            cube[arg] = (mask | bit, value);
                            open.push((next, cube));
                        }
                    }
                }
                _ if rest == Ref::TRUE => cubes.push(cube),
                _ => {}
            }
            if cubes.len() > most {
                return None;
            }
        }
        Some(cubes)
    }

    /// Whether the conditions were too much for it. From then on nothing counts as empty, full or implied, and nothing has
    /// a witness. No policy that people write comes near.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.bdd.is_exhausted() || self.unknowns.len() > UNKNOWN_LIMIT
    }

    fn any(&mut self, list: &[Cond]) -> Set {
        let mut any = Set::EMPTY;
        for cond in list {
            let set = self.cond(cond);
            any = self.or(any, set);
        }
        any
    }

    fn comparison(&mut self, cmp: &Cmp) -> Ref {
        let equal = matches!(cmp.op, CmpOp::Eq | CmpOp::Ne);
        let ones = match cmp.width {
            Width::W32 => u64::from(u32::MAX),
            Width::W64 => u64::MAX,
        };
        let narrow = |value| match value {
            Value::Known(number) => Value::Known(number & ones),
            symbol @ Value::Symbol(_) => symbol,
        };
        let (mask, value) = (narrow(cmp.mask.unwrap_or(Value::Known(ones))), narrow(cmp.value));
        // Everything is said with two of the six: `==`, and `<` or `<=`.
        let set = match (mask, value) {
            (Value::Known(mask), Value::Known(value)) if cmp.arg < 6 => {
                if equal {
                    self.bits_equal(cmp, mask, value)
                } else {
                    self.bits_below(cmp, mask, value, matches!(cmp.op, CmpOp::Le | CmpOp::Gt))
                }
            }
            _ => {
                let unknown = Unknown { arg: cmp.arg, width: cmp.width, mask, value, question: Question::Equal };
                let same = self.unknown(unknown);
                if equal {
                    same
                } else {
                    let less = self.unknown(Unknown { question: Question::Less { signed: cmp.signed }, ..unknown });
                    let on_equal = if matches!(cmp.op, CmpOp::Le | CmpOp::Gt) { Ref::TRUE } else { Ref::FALSE };
                    self.bdd.ite(same, on_equal, less)
                }
            }
        };
        match cmp.op {
            CmpOp::Eq | CmpOp::Lt | CmpOp::Le => set,
            CmpOp::Ne | CmpOp::Gt | CmpOp::Ge => self.bdd.not(set),
        }
    }

    /// `(arg & mask) == value`, built from the lowest bit up, so that each step is one node.
    fn bits_equal(&mut self, cmp: &Cmp, mask: u64, value: u64) -> Ref {
        if value & !mask != 0 {
            return Ref::FALSE;
        }
        let mut below = Ref::TRUE;
        for bit in 0..bits(cmp.width) {
            if mask >> bit & 1 == 0 {
                continue;
            }
            let var = variable(cmp.arg, bit);
            below = if value >> bit & 1 == 1 {
                self.bdd.node(var, Ref::FALSE, below)
            } else {
                self.bdd.node(var, below, Ref::FALSE)
            };
        }
        below
    }

    /// `(arg & mask) < value`, or `<=`.
    fn bits_below(&mut self, cmp: &Cmp, mask: u64, value: u64, or_equal: bool) -> Ref {
        let mut below = if or_equal { Ref::TRUE } else { Ref::FALSE };
        let sign = bits(cmp.width) - 1;
        for bit in 0..=sign {
            let one = value >> bit & 1 == 1;
            // What decides if this is the first bit to differ. The sign bit counts the other way round.
            let (zero_is_less, one_is_less) =
                if cmp.signed && bit == sign { (Ref::FALSE, Ref::TRUE) } else { (Ref::TRUE, Ref::FALSE) };
            let low = if one { zero_is_less } else { below };
            let high = if one { below } else { one_is_less };
            below = if mask >> bit & 1 == 0 { low } else { self.bdd.node(variable(cmp.arg, bit), low, high) };
        }
        below
    }

    /// The set where the answer to that question is yes.
    fn unknown(&mut self, unknown: Unknown) -> Ref {
        let position = self.unknowns.iter().position(|known| *known == unknown).unwrap_or_else(|| {
            if self.unknowns.len() <= UNKNOWN_LIMIT {
                self.unknowns.push(unknown);
            }
            self.unknowns.len() - 1
        });
        self.bdd.node(FIRST_UNKNOWN + position as u32, Ref::FALSE, Ref::TRUE)
    }
}

const fn bits(width: Width) -> u32 {
    match width {
        Width::W32 => 32,
        Width::W64 => 64,
    }
}

/// The variable of a bit of an argument register.
const fn variable(arg: u8, bit: u32) -> u32 {
    arg as u32 * 64 + 63 - bit
}
