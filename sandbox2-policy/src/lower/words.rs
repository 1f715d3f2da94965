//! What a program can look at: the words of `seccomp_data`, and the views of them that its accumulator can hold.

use crate::insn::offset;
use crate::program::Operand;

/// One of the 32-bit words of `seccomp_data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Word(u32);

impl Word {
    /// The system call number.
    pub(crate) const NR: Word = Word(offset::NR);
    /// The architecture.
    pub(crate) const ARCH: Word = Word(offset::ARCH);

    /// The low half of an argument.
    pub(crate) fn low(arg: u8) -> Word {
        Word(offset::arg_low(arg))
    }

    /// The high half of an argument.
    pub(crate) fn high(arg: u8) -> Word {
        Word(offset::arg_high(arg))
    }

    /// Where it is in `seccomp_data`, in bytes.
    pub(crate) fn offset(self) -> u32 {
        self.0
    }
}

/// A set of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Words(u16);

impl Words {
    /// No word.
    pub(crate) const NONE: Words = Words(0);

    /// Only this word.
    pub(crate) fn one(word: Word) -> Words {
        Words(1 << ((word.offset() / 4) & 15))
    }

    /// The words of both.
    pub(crate) fn with(self, other: Words) -> Words {
        Words(self.0 | other.0)
    }

    /// Whether `word` is one of them.
    pub(crate) fn contains(self, word: Word) -> bool {
        self.0 & Words::one(word).0 != 0
    }
}

/// Something made of one word that the accumulator can hold: the word, masked, then with its sign bit flipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct View {
    /// The word. First, so that views sort by word and, within a word, the bare one comes first.
    pub(crate) word: Word,
    /// What it is masked with.
    pub(crate) mask: Option<Operand>,
    /// Whether its sign bit is flipped, which turns signed order into unsigned order.
    pub(crate) flip: bool,
}

impl View {
    /// The word as it is.
    pub(crate) fn bare(word: Word) -> View {
        View { word, mask: None, flip: false }
    }

    /// Whether it is masked with a number that only rustc knows.
    pub(crate) fn is_opaque(self) -> bool {
        matches!(self.mask, Some(Operand::Symbol { .. }))
    }
}

/// How a view stands to an operand: a set of the three possibilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Relation(u8);

impl Relation {
    /// Less.
    pub(crate) const LESS: Relation = Relation(1);
    /// Equal.
    pub(crate) const EQUAL: Relation = Relation(2);
    /// Greater.
    pub(crate) const GREATER: Relation = Relation(4);
    /// Any of the three.
    pub(crate) const ANY: Relation = Relation(7);
    /// None of them.
    pub(crate) const NEVER: Relation = Relation(0);
    /// The three, from less to greater.
    pub(crate) const EACH: [Relation; 3] = [Relation::LESS, Relation::EQUAL, Relation::GREATER];

    /// What is in either.
    pub(crate) fn or(self, other: Relation) -> Relation {
        Relation(self.0 | other.0)
    }

    /// What is in both.
    pub(crate) fn and(self, other: Relation) -> Relation {
        Relation(self.0 & other.0)
    }

    /// What is not in it.
    pub(crate) fn not(self) -> Relation {
        Relation(self.0 ^ Relation::ANY.0)
    }

    /// Whether all of `part` is in it.
    pub(crate) fn includes(self, part: Relation) -> bool {
        self.0 & part.0 == part.0
    }
}
