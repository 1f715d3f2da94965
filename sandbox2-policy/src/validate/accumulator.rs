//! What the accumulator holds on one path: a word of the input with some bits masked out and some flipped.
//!
//! This is all that a compiler of policies needs; whatever goes beyond it cannot be said here, and the validator refuses
//! programs in which it matters.

use crate::insn::offset;
use crate::meaning::SymbolId;
use crate::program::Operand;

/// A word of `seccomp_data`, 0 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word(pub(super) u8);

impl Word {
    pub(super) const NR: Word = Word((offset::NR / 4) as u8);
    pub(super) const ARCH: Word = Word((offset::ARCH / 4) as u8);

    /// The word at that byte offset, where there is one.
    pub(super) fn at(byte: u32) -> Option<Word> {
        if byte < offset::END && byte & 3 == 0 { Some(Word((byte / 4) as u8)) } else { None }
    }

    /// A half of an argument register.
    pub(super) fn of_argument(arg: u8, high: bool) -> Word {
        let byte = if high { offset::arg_high(arg) } else { offset::arg_low(arg) };
        Word((byte / 4) as u8)
    }
}

/// Half of a Rust constant, with bits flipped: [`Operand::Symbol`] by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Half {
    pub(super) symbol: SymbolId,
    pub(super) high: bool,
    pub(super) xor: u32,
}

impl Half {
    pub(super) fn of(operand: Operand) -> Option<Half> {
        match operand {
            Operand::Known(_) => None,
            Operand::Symbol { symbol, high, xor } => Some(Half { symbol, high, xor }),
        }
    }
}

/// `((word & mask) ^ xor) & symbol`; without a word `xor` alone, without a symbol no second mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accumulator {
    pub(super) word: Option<Word>,
    pub(super) mask: u32,
    pub(super) xor: u32,
    pub(super) symbol: Option<Half>,
}

impl Accumulator {
    pub(super) const fn constant(value: u32) -> Accumulator {
        Accumulator { word: None, mask: 0, xor: value, symbol: None }
    }

    pub(super) const fn loaded(word: Word) -> Accumulator {
        Accumulator { word: Some(word), mask: u32::MAX, xor: 0, symbol: None }
    }

    pub(super) fn and(self, k: Operand) -> Option<Accumulator> {
        match k {
            Operand::Known(k) => {
                let mask = self.mask & k;
                let word = if mask == 0 { None } else { self.word };
                Some(Accumulator { word, mask, xor: self.xor & k, ..self })
            }
            Operand::Symbol { .. } if self.symbol.is_none() => Some(Accumulator { symbol: Half::of(k), ..self }),
            Operand::Symbol { .. } => None,
        }
    }

    pub(super) fn xor(self, k: Operand) -> Option<Accumulator> {
        match k {
            Operand::Known(k) if self.symbol.is_none() => Some(Accumulator { xor: self.xor ^ k, ..self }),
            _ => None,
        }
    }

    pub(super) fn or(self, k: Operand) -> Option<Accumulator> {
        match k {
            // OR is: clear the bits, then flip them.
            Operand::Known(number) => self.and(Operand::Known(!number))?.xor(k),
            Operand::Symbol { .. } => None,
        }
    }
}

/// What a conditional jump asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Equal,
    Greater,
    GreaterOrEqual,
    AnyBit,
}

/// All numbers from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: u32,
    pub(super) high: u32,
}

/// The answer to a question, if it is the same throughout a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Uniform {
    Always(bool),
    /// It is not the same, or not seen to be: ask again for what lies below this number and what does not.
    Cut(u32),
}

impl Range {
    pub(super) const ALL: Range = Range { low: 0, high: u32::MAX };

    pub(super) fn contains(self, number: u32) -> bool {
        self.low <= number && number <= self.high
    }

    /// The two parts below and from `cut` on, which must be in the range and not its first number.
    pub(super) fn split(self, cut: u32) -> (Range, Range) {
        (Range { high: cut - 1, ..self }, Range { low: cut, ..self })
    }

    /// The answer for `(word & mask) ^ xor` with the word in this range.
    pub(super) fn answer(self, mask: u32, xor: u32, question: Question, k: u32) -> Uniform {
        if mask == u32::MAX && xor == 0 && question != Question::AnyBit {
            return self.answer_plain(question, k);
        }
        // The bits above the highest in which the ends differ are the same throughout.
        let differing = self.low ^ self.high;
        let varying = if differing == 0 { 0 } else { u32::MAX >> differing.leading_zeros() } & mask;
        let least = ((self.low & mask) ^ xor) & !varying;
        let most = least | varying;
        let answer = match question {
            Question::Equal if (least ^ k) & !varying != 0 => Some(false),
            Question::Equal if varying == 0 => Some(true),
            Question::Greater if least > k => Some(true),
            Question::Greater if most <= k => Some(false),
            Question::GreaterOrEqual if least >= k => Some(true),
            Question::GreaterOrEqual if most < k => Some(false),
            Question::AnyBit if least & k != 0 => Some(true),
            Question::AnyBit if most & k == 0 => Some(false),
            _ => None,
        };
        match answer {
            Some(answer) => Uniform::Always(answer),
            // Unequal ends, as something varies: cut where the highest differing bit changes.
            None => Uniform::Cut(self.high & !(u32::MAX >> differing.leading_zeros() >> 1)),
        }
    }

    fn answer_plain(self, question: Question, k: u32) -> Uniform {
        let from = match question {
            Question::Equal => {
                return if !self.contains(k) {
                    Uniform::Always(false)
                } else if self.low == self.high {
                    Uniform::Always(true)
                } else {
                    Uniform::Cut(if self.low == k { k + 1 } else { k })
                };
            }
            // Greater than the greatest number is nothing.
            Question::Greater => match k.checked_add(1) {
                Some(from) => from,
                None => return Uniform::Always(false),
            },
            Question::GreaterOrEqual | Question::AnyBit => k,
        };
        if self.low >= from {
            Uniform::Always(true)
        } else if self.high < from {
            Uniform::Always(false)
        } else {
            Uniform::Cut(from)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every answer over small ranges is what each number of the range says, and every cut makes both parts smaller.
    #[test]
    fn a_range_answers_for_each_of_its_numbers() {
        let questions = [Question::Equal, Question::Greater, Question::GreaterOrEqual, Question::AnyBit];
        let mut decided = 0;
        for base in [0_u32, 0x7fff_fff8, u32::MAX - 15] {
            for (low, high) in (0..16).flat_map(|low| (low..16).map(move |high| (base + low, base + high))) {
                for (mask, xor) in [(u32::MAX, 0), (6, 0), (0, 3), (u32::MAX, 0x8000_0000), (0xb, 5)] {
                    for (question, k) in questions.into_iter().flat_map(|q| (0..16).map(move |k| (q, k))) {
                        for k in [k, base + k] {
                            let ask = |word: u32| {
                                let a = (word & mask) ^ xor;
                                match question {
                                    Question::Equal => a == k,
                                    Question::Greater => a > k,
                                    Question::GreaterOrEqual => a >= k,
                                    Question::AnyBit => a & k != 0,
                                }
                            };
                            match (Range { low, high }).answer(mask, xor, question, k) {
                                Uniform::Always(answer) => {
                                    decided += 1;
                                    assert!((low..=high).all(|word| ask(word) == answer));
                                }
                                Uniform::Cut(cut) => assert!(low < cut && cut <= high),
                            }
                        }
                    }
                }
            }
        }
        assert!(decided > 10_000);
    }
}
