//! The proof that a compiled program means what the policy says: for every input, and every value of every Rust constant.
//!
//! The third witness, and the one that decides whether a build succeeds. It comes after `assemble`, sees nothing but the
//! [`Meaning`] and the instructions about to be emitted, and shares no code with what made them. In three steps:
//!
//! 1. The kernel would take the program ([`interpret`](crate::interpret)).
//! 2. `walk` follows it over ranges of system call numbers and architectures, cut where a test or the meaning distinguishes
//!    them. Where it returns without having looked at an argument, that is compared with the meaning at once.
//! 3. Elsewhere the rest of the program and the rules become decision diagrams over the bits of all arguments (`diagram`,
//!    `expectation`), which are equal as functions exactly if they are the same diagram.
//!
//! It is sound: what it does not understand is a refutation. And it is complete for everything that a compiler of policies
//! has reason to emit: tests of masked and flipped words with numbers and with halves of Rust constants.

mod accumulator;
mod counterexample;
mod diagram;
mod expectation;
mod walk;

use core::fmt;

use crate::disassemble::return_name;
use crate::insn::{Insn, SeccompData, op};
use crate::interpret::{Loaded, Reject};
use crate::meaning::{Cond, Meaning, Value};
use crate::program::{Operand, Program, SymInsn};

/// Why a program was not proved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refutation {
    /// The kernel would not take it.
    Rejected(Reject),
    /// It does something else than the policy says. The counterexample was tried.
    Wrong(Box<Counterexample>),
    /// It could not be decided, or no counterexample could be shown.
    Undecided {
        /// Why not.
        doubt: Doubt,
        /// A call that was being looked at; what it says of arguments may not matter.
        call: Option<SeccompData>,
    },
}

/// A call for which a program returns the wrong value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The call.
    pub data: SeccompData,
    /// Values of the Rust constants for which it goes wrong.
    pub symbols: Vec<u64>,
    /// What the policy wants returned.
    pub expected: u32,
    /// What the program returns.
    pub returned: u32,
}

/// Why the validator could not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// The program is for another architecture than the meaning.
    Architecture,
    /// The meaning is not in order: calls not strictly ascending, or an argument above 5.
    Meaning,
    /// The instruction does something that programs made from policies do not do.
    Instruction {
        /// Which instruction.
        at: usize,
    },
    /// The program differs from the meaning unless Rust constants are related in ways that cannot be known.
    Constants,
    /// There are too many cases.
    TooComplex,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Architecture => f.write_str("the program is for another architecture"),
            Doubt::Meaning => f.write_str("the rules are not in order"),
            Doubt::Instruction { at } => write!(f, "instruction {at} is not understood"),
            Doubt::Constants => f.write_str("it depends on how constants are related"),
            Doubt::TooComplex => f.write_str("there are too many cases"),
        }
    }
}

impl fmt::Display for Refutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refutation::Rejected(reject) => write!(f, "the kernel would not take the program: {reject}"),
            Refutation::Wrong(example) => example.fmt(f),
            Refutation::Undecided { doubt, call } => {
                write!(f, "the program could not be proved: {doubt}")?;
                match call {
                    Some(data) => write!(f, ", looking at {}", Call(data)),
                    None => Ok(()),
                }
            }
        }
    }
}

impl core::error::Error for Refutation {}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (returned, expected) = (return_name(self.returned), return_name(self.expected));
        write!(f, "the program returns {returned} where the policy says {expected}, for {}", Call(&self.data))?;
        if !self.symbols.is_empty() {
            write!(f, " with constants {:#x?}", Flat(&self.symbols))?;
        }
        Ok(())
    }
}

/// A call on one line.
struct Call<'a>(&'a SeccompData);

impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SeccompData { nr, arch, instruction_pointer, args } = self.0;
        write!(f, "nr {nr} of arch {arch:#x} with arguments {:#x?}", Flat(args))?;
        if *instruction_pointer != 0 { write!(f, " at {instruction_pointer:#x}") } else { Ok(()) }
    }
}

/// Numbers on one line.
struct Flat<'a>(&'a [u64]);

impl fmt::Debug for Flat<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (index, number) in self.0.iter().enumerate() {
            write!(f, "{}{number:#x}", if index == 0 { "" } else { ", " })?;
        }
        f.write_str("]")
    }
}

/// Proves that `program` returns what `meaning` says, as [`kernel_return`](crate::reference::kernel_return) has it, for
/// every call, every argument and every value of the Rust constants.
///
/// # Errors
/// A counterexample where it does not; otherwise why that could not be decided. Only `Ok` is a proof.
pub fn validate(meaning: &Meaning, program: &Program) -> Result<(), Refutation> {
    let undecided = |doubt| Err(Refutation::Undecided { doubt, call: None });
    if program.arch != meaning.arch {
        return undecided(Doubt::Architecture);
    }
    if !is_in_order(meaning) {
        return undecided(Doubt::Meaning);
    }
    check_structure(&program.insns)?;
    walk::Walk::new(meaning, program).run()
}

/// The kernel takes the program, whatever the Rust constants are; and they are only where they may be.
fn check_structure(insns: &[SymInsn]) -> Result<(), Refutation> {
    let mut bound = Vec::with_capacity(insns.len());
    for (at, insn) in insns.iter().enumerate() {
        let k = match (insn.k, insn.code) {
            (Operand::Known(k), _) => k,
            (Operand::Symbol { .. }, op::AND | op::JEQ | op::JGT | op::JGE | op::JSET) => 0,
            (Operand::Symbol { .. }, _) => {
                return Err(Refutation::Undecided { doubt: Doubt::Instruction { at }, call: None });
            }
        };
        bound.push(Insn { code: insn.code, jt: insn.jt, jf: insn.jf, k });
    }
    match Loaded::load(&bound) {
        Ok(_) => Ok(()),
        Err(reject) => Err(Refutation::Rejected(reject)),
    }
}

/// Numbers and ranges strictly ascend, and arguments exist.
fn is_in_order(meaning: &Meaning) -> bool {
    let ascending = meaning.calls.windows(2).all(|pair| pair[0].nr < pair[1].nr);
    let mut arguments = true;
    for call in meaning.calls.iter() {
        for rule in call.rules.iter() {
            for_each_comparison(&rule.cond, &mut |cmp| arguments &= cmp.arg <= 5);
        }
    }
    let newer = meaning.newer.iter().all(|range| range.0 <= range.1)
        && meaning.newer.windows(2).all(|pair| pair[0].1 < pair[1].0);
    ascending && arguments && newer
}

/// How many Rust constants there may be.
fn symbol_count(meaning: &Meaning, insns: &[SymInsn]) -> usize {
    let mut count = 0;
    for insn in insns {
        if let Operand::Symbol { symbol, .. } = insn.k {
            count = count.max(usize::from(symbol.0) + 1);
        }
    }
    for rule in meaning.calls.iter().flat_map(|call| call.rules.iter()) {
        for_each_comparison(&rule.cond, &mut |cmp| {
            for value in cmp.mask.into_iter().chain([cmp.value]) {
                if let Value::Symbol(symbol) = value {
                    count = count.max(usize::from(symbol.0) + 1);
                }
            }
        });
    }
    count
}

fn for_each_comparison(cond: &Cond, visit: &mut impl FnMut(&crate::meaning::Cmp)) {
    match cond {
        Cond::True => {}
        Cond::Cmp(cmp) => visit(cmp),
        Cond::Not(list) | Cond::All(list) | Cond::Any(list) => {
            for cond in list.iter() {
                for_each_comparison(cond, visit);
            }
        }
    }
}
