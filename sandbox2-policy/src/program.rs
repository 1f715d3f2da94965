//! A compiled program whose operands may still be Rust constants.

use crate::action::Supervision;
use crate::arch::Arch;
use crate::insn::{Insn, op};
use crate::meaning::SymbolId;

/// The class of returns (`BPF_RET`).
const RETURN: u16 = 6;
/// The class of jumps (`BPF_JMP`).
const JUMP: u16 = 5;

/// The operand of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operand {
    /// A number.
    Known(u32),
    /// Half of a Rust constant, taken as 64 bits (sign-extended when negative), with `xor` applied to it: what the macro
    /// emits is `((SYMBOL >> (high ? 32 : 0)) as u32) ^ xor`.
    Symbol {
        /// Which constant.
        symbol: SymbolId,
        /// The upper half, or else the lower.
        high: bool,
        /// Bits to flip (`0x8000_0000` for signed order comparisons, otherwise 0).
        xor: u32,
    },
}

impl Operand {
    /// The number this operand is when the constants have these values.
    ///
    /// # Panics
    /// If `symbols` does not cover the operand's constant.
    #[must_use]
    pub fn bind(self, symbols: &[u64]) -> u32 {
        match self {
            Operand::Known(k) => k,
            Operand::Symbol { symbol, high, xor } => {
                let value = symbols[usize::from(symbol.0)];
                let half = if high { value >> 32 } else { value & 0xffff_ffff };
                (half as u32) ^ xor
            }
        }
    }
}

/// An instruction with such an operand; the other fields as in [`Insn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SymInsn {
    /// What to do.
    pub code: u16,
    /// How far to skip when the test holds.
    pub jt: u8,
    /// How far to skip when it does not.
    pub jf: u8,
    /// The operand.
    pub k: Operand,
}

/// A program for one architecture and one kind of supervision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The architecture.
    pub arch: Arch,
    /// Who answers violations.
    pub supervision: Supervision,
    /// The instructions.
    pub insns: Vec<SymInsn>,
}

impl Program {
    /// How many instructions are executed at most.
    #[must_use]
    pub fn longest_path(&self) -> usize {
        let mut longest = vec![0_usize; self.insns.len()];
        for (at, insn) in self.insns.iter().enumerate().rev() {
            let after = |skip: usize| longest.get(at + 1 + skip).copied().unwrap_or(0);
            longest[at] = 1 + match (insn.code & 7, insn.k) {
                (RETURN, _) => 0,
                (JUMP, Operand::Known(skip)) if insn.code == op::JA => after(skip as usize),
                (JUMP, _) => after(usize::from(insn.jt)).max(after(usize::from(insn.jf))),
                _ => after(0),
            };
        }
        longest.first().copied().unwrap_or(0)
    }

    /// The instructions, once the constants have these values.
    ///
    /// # Panics
    /// If `symbols` does not cover every constant of the program.
    #[must_use]
    pub fn bind(&self, symbols: &[u64]) -> Vec<Insn> {
        self.insns.iter().map(|i| Insn { code: i.code, jt: i.jt, jf: i.jf, k: i.k.bind(symbols) }).collect()
    }
}
