//! From a difference between two diagrams to a call that shows it.
//!
//! A difference in bits alone is a call already. One that depends on relations to Rust constants needs values for which
//! they hold; those are searched for, and every candidate is tried on the interpreter and the reference evaluator, so that
//! nothing is claimed which is not so.

use super::Counterexample;
use super::accumulator::{Accumulator, Half};
use super::diagram::Difference;
use crate::insn::SeccompData;
use crate::interpret::Loaded;
use crate::meaning::Meaning;
use crate::program::Program;
use crate::reference::expected_return;

/// How many candidates are tried.
const TRIES: u32 = 3000;

/// A call and constants for which the program goes wrong, near the given difference.
pub(super) fn search(
    meaning: &Meaning,
    program: &Program,
    first: SeccompData,
    difference: &Difference,
) -> Option<Counterexample> {
    let count = super::symbol_count(meaning, &program.insns);
    let plain = try_call(meaning, program, call(first, &difference.words), vec![0; count]);
    if plain.is_some() || difference.atoms.is_empty() {
        return plain;
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..TRIES {
        let mut words = difference.words;
        let mut symbols = vec![0_u64; count];
        for atom in &difference.atoms {
            let Some(word) = atom.left.word else { continue };
            // What does not matter to the path may be anything.
            let free = !difference.fixed.get(usize::from(word.0)).copied().unwrap_or(0);
            if let Some(value) = words.get_mut(usize::from(word.0)) {
                *value = (*value & !free) | (dice.number() & free);
            }
        }
        for atom in &difference.atoms {
            let left = value(atom.left, &words);
            for half in atom.halves() {
                let near = match dice.roll() % 5 {
                    0 => left,
                    1 => left.wrapping_add(1),
                    2 => left.wrapping_sub(1),
                    _ => dice.number(),
                };
                set_half(&mut symbols, half, near ^ half.xor);
            }
        }
        let found = try_call(meaning, program, call(first, &words), symbols);
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The call with these words for its arguments and instruction pointer.
pub(super) fn call(first: SeccompData, words: &[u32; 16]) -> SeccompData {
    let wide = |low: usize| u64::from(words[low]) | u64::from(words[low + 1]) << 32;
    SeccompData {
        instruction_pointer: wide(2),
        args: [wide(4), wide(6), wide(8), wide(10), wide(12), wide(14)],
        ..first
    }
}

/// The counterexample that this call is, if it is one.
pub(super) fn try_call(
    meaning: &Meaning,
    program: &Program,
    data: SeccompData,
    symbols: Vec<u64>,
) -> Option<Counterexample> {
    let loaded = Loaded::load(&program.bind(&symbols)).ok()?;
    let returned = loaded.run(&data);
    let expected = expected_return(meaning, program.supervision, &data, &symbols);
    (returned != expected).then_some(Counterexample { data, symbols, expected, returned })
}

/// The accumulator's value, apart from Rust constants.
fn value(a: Accumulator, words: &[u32; 16]) -> u32 {
    let word = a.word.and_then(|word| words.get(usize::from(word.0))).copied().unwrap_or(0);
    (word & a.mask) ^ a.xor
}

fn set_half(symbols: &mut [u64], half: Half, value: u32) {
    if let Some(symbol) = symbols.get_mut(usize::from(half.symbol.0)) {
        *symbol = if half.high {
            (*symbol & 0xffff_ffff) | u64::from(value) << 32
        } else {
            (*symbol & !0xffff_ffff) | u64::from(value)
        };
    }
}

/// A small source of numbers, always the same (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32
    }

    /// A number, often one at which things change.
    fn number(&mut self) -> u32 {
        match self.roll() % 8 {
            0 => 0,
            1 => 1,
            2 => u32::MAX,
            3 => 0x8000_0000,
            4 => 0x7fff_ffff,
            _ => self.roll(),
        }
    }
}
