//! What the kernel does with a filter: takes it or not, runs it, remembers what is always allowed.
//!
//! The second witness: written after the kernel's source, not after our compiler. It supports every instruction that seccomp
//! takes, including those that we never emit, because programs may come from elsewhere. It leaves to
//! [`validate`](crate::validate) what holds for all inputs at once.
//!
//! # References
//! `bpf_check_classic`, `check_load_and_stores`, `bpf_convert_filter` in Linux `net/core/filter.c`; `seccomp_check_filter`,
//! `seccomp_is_const_allow` in `kernel/seccomp.c`.

use core::fmt;

use crate::insn::{Insn, MAX_INSNS, SeccompData, offset, op, ret};

/// Codes beyond those of [`op`], after `linux/bpf_common.h`.
mod code {
    pub(super) const LD_IMM: u16 = 0x00;
    pub(super) const LD_MEM: u16 = 0x60;
    pub(super) const LD_LEN: u16 = 0x80;
    pub(super) const LDX_IMM: u16 = 0x01;
    pub(super) const LDX_MEM: u16 = 0x61;
    pub(super) const LDX_LEN: u16 = 0x81;
    pub(super) const ST: u16 = 0x02;
    pub(super) const STX: u16 = 0x03;
    pub(super) const RET_A: u16 = 0x16;
    pub(super) const TAX: u16 = 0x07;
    pub(super) const TXA: u16 = 0x87;
    pub(super) const NEG: u16 = 0x84;
    /// The class of arithmetic; add one of the operations below, and [`X`] for the index register as the operand.
    pub(super) const ALU: u16 = 0x04;
    pub(super) const ADD: u16 = 0x00;
    pub(super) const SUB: u16 = 0x10;
    pub(super) const MUL: u16 = 0x20;
    pub(super) const DIV: u16 = 0x30;
    pub(super) const OR: u16 = 0x40;
    pub(super) const AND: u16 = 0x50;
    pub(super) const LSH: u16 = 0x60;
    pub(super) const RSH: u16 = 0x70;
    pub(super) const XOR: u16 = 0xa0;
    /// The class of jumps.
    pub(super) const JMP: u16 = 0x05;
    pub(super) const X: u16 = 0x08;
}

/// The words of scratch memory (`BPF_MEMWORDS`).
const MEMORY_WORDS: u32 = 16;

/// Why the kernel would not take a program. All of them are EINVAL to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reject {
    /// It has no instruction, or more than 4096: this many.
    Length(usize),
    /// The instruction is unknown, or not for seccomp.
    Code {
        /// Which instruction.
        at: usize,
        /// Its code.
        code: u16,
    },
    /// The instruction can jump beyond the end.
    Jump {
        /// Which instruction.
        at: usize,
    },
    /// The load is not of one of the sixteen aligned words of `seccomp_data`.
    Load {
        /// Which instruction.
        at: usize,
        /// The byte offset it loads from.
        offset: u32,
    },
    /// The instruction names a word of scratch memory from 16 on.
    Memory {
        /// Which instruction.
        at: usize,
    },
    /// The instruction loads a word of scratch memory that was not stored on every path to it.
    Uninitialised {
        /// Which instruction.
        at: usize,
    },
    /// The instruction shifts by 32 or more.
    Shift {
        /// Which instruction.
        at: usize,
    },
    /// The instruction divides by the constant zero.
    Division {
        /// Which instruction.
        at: usize,
    },
    /// The last instruction is not a return.
    End,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reject::Length(0) => f.write_str("the program is empty"),
            Reject::Length(length) => write!(f, "the program has {length} instructions, and {MAX_INSNS} is the most"),
            Reject::Code { at, code } => write!(f, "instruction {at} is not one that seccomp takes: {code:#04x}"),
            Reject::Jump { at } => write!(f, "instruction {at} jumps beyond the end"),
            Reject::Load { at, offset } => write!(f, "instruction {at} loads no word of seccomp_data: offset {offset}"),
            Reject::Memory { at } => write!(f, "instruction {at} uses scratch memory that does not exist"),
            Reject::Uninitialised { at } => write!(f, "instruction {at} loads scratch memory that may not be stored"),
            Reject::Shift { at } => write!(f, "instruction {at} shifts by more than 31 bits"),
            Reject::Division { at } => write!(f, "instruction {at} divides by zero"),
            Reject::End => f.write_str("the last instruction is not a return"),
        }
    }
}

impl core::error::Error for Reject {}

/// A program that the kernel takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    insns: Vec<Insn>,
}

impl Loaded {
    /// Checks a program as the kernel does when it is installed.
    ///
    /// # Errors
    /// The first thing that the kernel would refuse it for.
    pub fn load(insns: &[Insn]) -> Result<Loaded, Reject> {
        if insns.is_empty() || insns.len() > MAX_INSNS {
            return Err(Reject::Length(insns.len()));
        }
        for (at, insn) in insns.iter().enumerate() {
            check_insn(at, insn, insns.len())?;
        }
        match insns.last() {
            Some(Insn { code: op::RET | code::RET_A, .. }) => {}
            _ => return Err(Reject::End),
        }
        check_memory(insns)?;
        Ok(Loaded { insns: insns.to_vec() })
    }

    /// The instructions.
    #[must_use]
    pub fn insns(&self) -> &[Insn] {
        &self.insns
    }

    /// What the program returns for this call.
    #[must_use]
    pub fn run(&self, data: &SeccompData) -> u32 {
        self.run_counted(data).0
    }

    /// What the program returns for this call, and after how many instructions.
    #[must_use]
    pub fn run_counted(&self, data: &SeccompData) -> (u32, usize) {
        let mut machine = Machine { a: 0, x: 0, memory: [0; MEMORY_WORDS as usize] };
        let mut executed = 0;
        let mut pc = 0;
        while let Some(insn) = self.insns.get(pc) {
            executed += 1;
            pc += 1;
            match machine.execute(insn, data) {
                Next::Skip(count) => pc += count,
                Next::Return(value) => return (value, executed),
            }
        }
        // `load` has seen that every path ends in a return.
        (ret::KILL_PROCESS, executed)
    }

    /// Whether the kernel's cache would let the call `nr` of `arch` through without running the program: it sees an ALLOW
    /// that depends on nothing but these two, by the few instructions it understands.
    #[must_use]
    pub fn constant_allow(&self, arch: u32, nr: u32) -> bool {
        let mut a = 0_u32;
        let mut pc = 0;
        while let Some(insn) = self.insns.get(pc) {
            let Insn { code, k, jt, jf } = *insn;
            let holds = match code {
                op::LD_ABS => {
                    a = match k {
                        offset::NR => nr,
                        offset::ARCH => arch,
                        _ => return false,
                    };
                    pc += 1;
                    continue;
                }
                op::AND => {
                    a &= k;
                    pc += 1;
                    continue;
                }
                op::JA => {
                    pc += 1 + k as usize;
                    continue;
                }
                op::RET => return k == ret::ALLOW,
                op::JEQ => a == k,
                op::JGE => a >= k,
                op::JGT => a > k,
                op::JSET => a & k != 0,
                _ => return false,
            };
            pc += 1 + usize::from(if holds { jt } else { jf });
        }
        false
    }
}

/// The word of `data` at byte `offset`; 0 where there is none.
#[must_use]
pub fn word(data: &SeccompData, offset: u32) -> u32 {
    let wide = match offset / 8 {
        0 => u64::from(data.nr) | u64::from(data.arch) << 32,
        1 => data.instruction_pointer,
        index => data.args.get(index as usize - 2).copied().unwrap_or(0),
    };
    if offset & 4 == 0 { wide as u32 } else { (wide >> 32) as u32 }
}

struct Machine {
    a: u32,
    x: u32,
    memory: [u32; MEMORY_WORDS as usize],
}

enum Next {
    /// Go on after this many more instructions.
    Skip(usize),
    Return(u32),
}

impl Machine {
    fn execute(&mut self, insn: &Insn, data: &SeccompData) -> Next {
        let k = insn.k;
        match insn.code {
            op::LD_ABS => self.a = word(data, k),
            code::LD_IMM => self.a = k,
            code::LD_LEN => self.a = offset::END,
            code::LD_MEM => self.a = self.memory.get(k as usize).copied().unwrap_or(0),
            code::LDX_IMM => self.x = k,
            code::LDX_LEN => self.x = offset::END,
            code::LDX_MEM => self.x = self.memory.get(k as usize).copied().unwrap_or(0),
            code::ST => self.store(k, self.a),
            code::STX => self.store(k, self.x),
            code::TAX => self.x = self.a,
            code::TXA => self.a = self.x,
            code::NEG => self.a = self.a.wrapping_neg(),
            op::RET => return Next::Return(k),
            code::RET_A => return Next::Return(self.a),
            op::JA => return Next::Skip(k as usize),
            other => {
                let operand = if other & code::X == 0 { k } else { self.x };
                if other & 7 == code::JMP {
                    let holds = match other & !code::X {
                        op::JEQ => self.a == operand,
                        op::JGT => self.a > operand,
                        op::JGE => self.a >= operand,
                        _ => self.a & operand != 0,
                    };
                    return Next::Skip(usize::from(if holds { insn.jt } else { insn.jf }));
                }
                match self.arithmetic(other & 0xf0, operand) {
                    Some(result) => self.a = result,
                    None => return Next::Return(0),
                }
            }
        }
        Next::Skip(0)
    }

    fn store(&mut self, index: u32, value: u32) {
        if let Some(word) = self.memory.get_mut(index as usize) {
            *word = value;
        }
    }

    /// `None`: a division by zero, which ends the program with 0.
    fn arithmetic(&self, operation: u16, operand: u32) -> Option<u32> {
        let a = self.a;
        Some(match operation {
            code::ADD => a.wrapping_add(operand),
            code::SUB => a.wrapping_sub(operand),
            code::MUL => a.wrapping_mul(operand),
            code::DIV => return a.checked_div(operand),
            code::OR => a | operand,
            code::AND => a & operand,
            code::XOR => a ^ operand,
            // The low five bits of the amount count, in the kernel's interpreter and its compilers alike.
            code::LSH => a.wrapping_shl(operand),
            _ => a.wrapping_shr(operand),
        })
    }
}

fn check_insn(at: usize, insn: &Insn, length: usize) -> Result<(), Reject> {
    let k = insn.k;
    let inside = |skip: usize| if at + 1 + skip < length { Ok(()) } else { Err(Reject::Jump { at }) };
    match insn.code {
        op::LD_ABS if k >= offset::END || k & 3 != 0 => Err(Reject::Load { at, offset: k }),
        code::LD_MEM | code::LDX_MEM | code::ST | code::STX if k >= MEMORY_WORDS => Err(Reject::Memory { at }),
        op::LD_ABS | code::LD_MEM | code::LDX_MEM | code::ST | code::STX => Ok(()),
        code::LD_IMM | code::LD_LEN | code::LDX_IMM | code::LDX_LEN | code::TAX | code::TXA | code::NEG => Ok(()),
        op::RET | code::RET_A => Ok(()),
        op::JA => inside(k as usize),
        other => match (other & 7, other & !(code::X | 7)) {
            // Anything above the low byte stays in the operation, and is unknown.
            (code::JMP, 0x10 | 0x20 | 0x30 | 0x40) => {
                inside(usize::from(insn.jt))?;
                inside(usize::from(insn.jf))
            }
            (code::ALU, code::DIV) if other & code::X == 0 && k == 0 => Err(Reject::Division { at }),
            (code::ALU, code::LSH | code::RSH) if other & code::X == 0 && k >= 32 => Err(Reject::Shift { at }),
            (
                code::ALU,
                code::ADD
                | code::SUB
                | code::MUL
                | code::DIV
                | code::OR
                | code::AND
                | code::LSH
                | code::RSH
                | code::XOR,
            ) => Ok(()),
            _ => Err(Reject::Code { at, code: other }),
        },
    }
}

/// Every load from scratch memory comes after a store on every path, as far as the kernel looks.
fn check_memory(insns: &[Insn]) -> Result<(), Reject> {
    // What is stored for certain, as a set of bits: where jumps arrive, and at the instruction at hand.
    let mut arriving = vec![u16::MAX; insns.len()];
    let mut stored = 0_u16;
    for (at, insn) in insns.iter().enumerate() {
        stored &= arriving[at];
        let mut arrive = |skip: usize| {
            if let Some(there) = arriving.get_mut(at + 1 + skip) {
                *there &= stored;
            }
        };
        match insn.code {
            code::ST | code::STX => stored |= 1 << insn.k,
            code::LD_MEM | code::LDX_MEM if stored >> insn.k & 1 == 0 => return Err(Reject::Uninitialised { at }),
            op::JA => {
                arrive(insn.k as usize);
                stored = u16::MAX;
            }
            other if other & 7 == code::JMP => {
                arrive(usize::from(insn.jt));
                arrive(usize::from(insn.jf));
                stored = u16::MAX;
            }
            _ => {}
        }
    }
    Ok(())
}
