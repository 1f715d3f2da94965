//! Tests on argument words as decision diagrams, and where two diagrams differ.
//!
//! Variables are the bits of the argument registers and of the instruction pointer, from high to low, and after them atoms:
//! relations to Rust constants, which are unknown. An atom is a free variable, which covers every value of the constant and
//! more; so diagrams that agree prove equality for every value. Equality and order of the same two numbers share the
//! three-way relation: if they are equal, order is not asked.

use super::accumulator::{Accumulator, Half, Question, Word};
use crate::bdd::{Bdd, Ref, Step};
use crate::program::Operand;

/// How many nodes one comparison may take.
const NODE_LIMIT: usize = 1 << 21;
/// Past so many nodes the next comparison starts afresh.
const RENEW: usize = 1 << 16;
/// How many relations to Rust constants one collection may know. It bounds the depth of recursion, too.
const ATOM_LIMIT: usize = 1000;
const FIRST_ATOM: u32 = 14 * 32;
/// Stands for what is not understood; no meaning contains it.
const POISON: u32 = u32::MAX - 1;

/// A relation between the accumulator and a number of which one at least involves a Rust constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) left: Accumulator,
    pub(super) right: Operand,
    pub(super) relation: Relation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    /// Less, unsigned, asked only if not equal.
    Less,
}

/// Where two diagrams differ.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    /// Words of the input, the bits that do not matter being 0.
    pub(super) words: [u32; 16],
    /// The bits of the words that matter.
    pub(super) fixed: [u32; 16],
    /// Whether some relation to a Rust constant matters.
    pub(super) atoms: Vec<Atom>,
    /// Whether it hinges on something not understood.
    pub(super) poisoned: bool,
}

#[derive(Debug)]
pub(super) struct Diagrams {
    pub(super) bdd: Bdd,
    atoms: Vec<Atom>,
    too_many_atoms: bool,
}

impl Diagrams {
    pub(super) fn new() -> Diagrams {
        Diagrams { bdd: Bdd::new(NODE_LIMIT), atoms: Vec::new(), too_many_atoms: false }
    }

    /// Makes room between two comparisons. All diagrams are void afterwards.
    pub(super) fn renew(&mut self) {
        if self.bdd.len() > RENEW || self.atoms.len() > ATOM_LIMIT / 2 || self.is_exhausted() {
            *self = Diagrams::new();
        }
    }

    /// Whether there was too much to decide. Nothing may be concluded then.
    pub(super) fn is_exhausted(&self) -> bool {
        self.bdd.is_exhausted() || self.too_many_atoms
    }

    /// Something that is not understood, and never equal to what is.
    pub(super) fn poison(&mut self) -> Ref {
        self.bdd.node(POISON, Ref::FALSE, Ref::TRUE)
    }

    /// Where a test of a program holds.
    pub(super) fn test(&mut self, left: Accumulator, question: Question, k: Operand) -> Ref {
        match (left.symbol, k) {
            (None, Operand::Known(k)) => self.bits(left, question, k),
            _ => match question {
                Question::Equal => self.equal(left, k),
                Question::Greater | Question::GreaterOrEqual => {
                    let equal = self.equal(left, k);
                    let less = self.less_if_unequal(left, k);
                    let greater = self.bdd.not(less);
                    let on_equal = if question == Question::Greater { Ref::FALSE } else { Ref::TRUE };
                    self.bdd.ite(equal, on_equal, greater)
                }
                Question::AnyBit => {
                    // No bit set means that the masked value is zero.
                    let zero = match left.and(k) {
                        Some(masked) => self.equal(masked, Operand::Known(0)),
                        None => self.poison(),
                    };
                    self.bdd.not(zero)
                }
            },
        }
    }

    /// The atom of equality. Flipped bits are moved to one side, so that every way of saying it is the same atom.
    pub(super) fn equal(&mut self, mut left: Accumulator, mut right: Operand) -> Ref {
        if left.symbol.is_none()
            && let Operand::Symbol { symbol, high, xor } = right
        {
            left.xor ^= xor;
            right = Operand::Symbol { symbol, high, xor: 0 };
        }
        self.atom(Atom { left, right, relation: Relation::Equal })
    }

    /// The atom of order, to be asked only where the two are not equal.
    pub(super) fn less_if_unequal(&mut self, left: Accumulator, right: Operand) -> Ref {
        self.atom(Atom { left, right, relation: Relation::Less })
    }

    fn atom(&mut self, atom: Atom) -> Ref {
        let position = self.atoms.iter().position(|known| *known == atom).unwrap_or_else(|| {
            self.atoms.push(atom);
            self.atoms.len() - 1
        });
        if position >= ATOM_LIMIT {
            self.too_many_atoms = true;
            return Ref::FALSE;
        }
        self.bdd.node(FIRST_ATOM + position as u32, Ref::FALSE, Ref::TRUE)
    }

    /// A test with a number, from the lowest bit up.
    fn bits(&mut self, left: Accumulator, question: Question, k: u32) -> Ref {
        // The answer if all higher bits of the two are equal.
        let mut rest = match question {
            Question::Equal | Question::GreaterOrEqual => Ref::TRUE,
            Question::Greater | Question::AnyBit => Ref::FALSE,
        };
        for bit in 0..32 {
            let wanted = k >> bit & 1 == 1;
            let (if_zero, if_one) = match (question, wanted) {
                (Question::Equal, true) => (Ref::FALSE, rest),
                (Question::Equal, false) => (rest, Ref::FALSE),
                (Question::Greater | Question::GreaterOrEqual, true) => (Ref::FALSE, rest),
                (Question::Greater | Question::GreaterOrEqual, false) => (rest, Ref::TRUE),
                (Question::AnyBit, true) => (rest, Ref::TRUE),
                (Question::AnyBit, false) => (rest, rest),
            };
            let flipped = left.xor >> bit & 1 == 1;
            let (low, high) = if flipped { (if_one, if_zero) } else { (if_zero, if_one) };
            rest = match left.word {
                Some(word) if left.mask >> bit & 1 == 1 => match variable(word, bit) {
                    Some(var) => self.bdd.node(var, low, high),
                    None => self.poison(),
                },
                _ => low,
            };
        }
        rest
    }

    /// An input for which two functions differ; `None` if they are the same.
    pub(super) fn difference(&self, a: Ref, b: Ref) -> Option<Difference> {
        let mut found = Difference { words: [0; 16], fixed: [0; 16], atoms: Vec::new(), poisoned: false };
        let (mut a, mut b) = (a, b);
        while a != b {
            let (x, y) = (self.bdd.step(a), self.bdd.step(b));
            let var = match (x, y) {
                (Step::Leaf(_), Step::Leaf(_)) => return Some(found),
                (Step::Test { var, .. }, Step::Leaf(_)) | (Step::Leaf(_), Step::Test { var, .. }) => var,
                (Step::Test { var: v, .. }, Step::Test { var: w, .. }) => v.min(w),
            };
            let branches = |step, whole| match step {
                Step::Test { var: v, low, high } if v == var => (low, high),
                _ => (whole, whole),
            };
            let ((a_low, a_high), (b_low, b_high)) = (branches(x, a), branches(y, b));
            let one = a_low == b_low;
            (a, b) = if one { (a_high, b_high) } else { (a_low, b_low) };
            if var == POISON {
                found.poisoned = true;
            } else if let Some((word, bit)) = bit_of(var) {
                found.fixed[word] |= 1 << bit;
                found.words[word] |= u32::from(one) << bit;
            } else if let Some(atom) = self.atoms.get((var - FIRST_ATOM) as usize) {
                found.atoms.push(*atom);
            }
        }
        None
    }
}

/// The variable of a bit of an argument or of the instruction pointer.
pub(super) fn variable(word: Word, bit: u32) -> Option<u32> {
    // Words alternate: low, high.
    let register = match word.0 {
        0 | 1 => return None,
        2 | 3 => 6,
        other => u32::from(other) / 2 - 2,
    };
    let high = u32::from(word.0) & 1;
    Some(register * 64 + (1 - high) * 32 + 31 - bit)
}

/// The reverse of [`variable`]: which word, and which of its bits.
fn bit_of(var: u32) -> Option<(usize, u32)> {
    if var >= FIRST_ATOM {
        return None;
    }
    let (register, position) = (var / 64, var % 64);
    let low_word = if register == 6 { 2 } else { 4 + 2 * register };
    let high = u32::from(position < 32);
    Some(((low_word + high) as usize, 31 - position % 32))
}

impl Atom {
    /// The Rust constants in it.
    pub(super) fn halves(&self) -> impl Iterator<Item = Half> {
        self.left.symbol.into_iter().chain(Half::of(self.right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_has_a_variable_of_its_own() {
        let mut seen = vec![false; FIRST_ATOM as usize];
        for word in 2..16 {
            for bit in 0..32 {
                let var = variable(Word(word), bit).expect("an argument word");
                assert_eq!(bit_of(var), Some((usize::from(word), bit)));
                assert!(!std::mem::replace(&mut seen[var as usize], true));
            }
        }
        assert!(seen.into_iter().all(|seen| seen));
    }
}
