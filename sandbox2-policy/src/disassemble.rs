//! Readable listings of programs: for people, for golden files, for messages.
//!
//! A listing has one line per instruction: its index, the mnemonic, the operand, where its jumps lead as indices, and a
//! remark with the name of the number that is compared. Nothing here decides anything.

use core::fmt::Write;

use crate::action::{Action, Errno};
use crate::arch::Arch;
use crate::insn::{Insn, offset, op, ret};
use crate::program::{Operand, SymInsn};
use crate::tables;

/// The listing of a program that is ready to be installed. `arch` is whose system call names are shown.
#[must_use]
pub fn listing(arch: Arch, insns: &[Insn]) -> String {
    let insns: Vec<SymInsn> = insns
        .iter()
        .map(|insn| SymInsn { code: insn.code, jt: insn.jt, jf: insn.jf, k: Operand::Known(insn.k) })
        .collect();
    symbolic_listing(arch, &insns)
}

/// The listing of a program whose operands may still be Rust constants: `symbol0.low` is the lower half of the first.
#[must_use]
pub fn symbolic_listing(arch: Arch, insns: &[SymInsn]) -> String {
    let mut text = String::new();
    for (at, (insn, loaded)) in insns.iter().zip(loaded_words(insns)).enumerate() {
        let line = instruction(at, insn);
        // Writing to a String cannot fail.
        let _ = match remark(arch, insn, loaded) {
            Some(remark) => writeln!(text, "{at:4}: {line:<34} ; {remark}"),
            None => writeln!(text, "{at:4}: {line}"),
        };
    }
    text
}

/// The name of what a filter returns: `ALLOW`, `ERRNO(ENOENT)`, `TRACE(0x5332)`.
#[must_use]
pub fn return_name(value: u32) -> String {
    let data = (value & ret::DATA_MASK) as u16;
    match (value & ret::ACTION_MASK, data) {
        (ret::ALLOW, 0) => "ALLOW".to_owned(),
        (ret::LOG, 0) => "LOG".to_owned(),
        (ret::USER_NOTIF, 0) => "USER_NOTIF".to_owned(),
        (ret::KILL_PROCESS, 0) => "KILL_PROCESS".to_owned(),
        (ret::KILL_THREAD, 0) => "KILL_THREAD".to_owned(),
        (ret::TRAP, _) => Action::Trap(data).to_string(),
        (ret::TRACE, _) => format!("TRACE({data:#x})"),
        (ret::ERRNO, _) => match Errno::new(data) {
            Some(errno) => Action::Errno(errno).to_string(),
            None => format!("ERRNO({data})"),
        },
        _ => format!("{value:#010x}"),
    }
}

/// The name of the word of `seccomp_data` at byte `offset`: `nr`, `arch`, `ip.low`, `arg2.high`.
#[must_use]
pub fn word_name(byte: u32) -> String {
    match byte {
        offset::NR => "nr".to_owned(),
        offset::ARCH => "arch".to_owned(),
        _ if byte >= offset::END || byte & 3 != 0 => byte.to_string(),
        _ => {
            let half = if byte & 4 == 0 { "low" } else { "high" };
            if byte < 16 { format!("ip.{half}") } else { format!("arg{}.{half}", (byte - 16) / 8) }
        }
    }
}

/// Mnemonics of tests and of arithmetic by `code & 0xf0`.
const TESTS: [&str; 5] = ["ja", "jeq", "jgt", "jge", "jset"];
const ARITHMETIC: [&str; 11] = ["add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"];

fn instruction(at: usize, insn: &SymInsn) -> String {
    let k = operand(insn.k);
    let known = match insn.k {
        Operand::Known(number) => Some(number),
        Operand::Symbol { .. } => None,
    };
    let target = |skip: u32| at as u64 + 1 + u64::from(skip);
    let operation = usize::from(insn.code >> 4);
    match (insn.code, known) {
        (op::LD_ABS, Some(offset)) => format!("ld [{}]", word_name(offset)),
        (op::LD_ABS, None) => format!("ld [{k}]"),
        (op::RET, Some(value)) => format!("ret {}", return_name(value)),
        (op::RET, None) => format!("ret {k}"),
        (0x16, _) => "ret a".to_owned(),
        (op::JA, Some(skip)) => format!("ja {}", target(skip)),
        (0x00, _) => format!("ld #{k}"),
        (0x01, _) => format!("ldx #{k}"),
        (0x60, _) => format!("ld M[{k}]"),
        (0x61, _) => format!("ldx M[{k}]"),
        (0x80, _) => "ld #len".to_owned(),
        (0x81, _) => "ldx #len".to_owned(),
        (0x02, _) => format!("st M[{k}]"),
        (0x03, _) => format!("stx M[{k}]"),
        (0x07, _) => "tax".to_owned(),
        (0x87, _) => "txa".to_owned(),
        (0x84, _) => "neg".to_owned(),
        (code, _) => {
            let right = if code & 0x08 == 0 { format!("#{k}") } else { "x".to_owned() };
            match (code & 0x07, TESTS.get(operation), ARITHMETIC.get(operation)) {
                (0x05, Some(test), _) if operation > 0 => {
                    format!("{test} {right}, {}, {}", target(u32::from(insn.jt)), target(u32::from(insn.jf)))
                }
                (0x04, _, Some(arithmetic)) => format!("{arithmetic} {right}"),
                _ => format!(".insn {code:#06x} {} {} {k}", insn.jt, insn.jf),
            }
        }
    }
}

fn operand(k: Operand) -> String {
    match k {
        Operand::Known(number) if number < 10 => number.to_string(),
        Operand::Known(number) => format!("{number:#x}"),
        Operand::Symbol { symbol, high, xor } => {
            let half = if high { "high" } else { "low" };
            let flip = if xor == 0 { String::new() } else { format!("^{xor:#x}") };
            format!("symbol{}.{half}{flip}", symbol.0)
        }
    }
}

/// The name of the number an instruction compares with, where the accumulator holds the number or the architecture.
fn remark(arch: Arch, insn: &SymInsn, loaded: Loaded) -> Option<String> {
    let (op::JEQ | op::JGT | op::JGE, Operand::Known(number)) = (insn.code, insn.k) else {
        return None;
    };
    match loaded {
        Loaded::Word(offset::NR) => {
            let name = tables::syscall_by_number(arch, number).map(|call| call.name);
            Some(name.map_or_else(|| number.to_string(), |name| format!("{number} {name}")))
        }
        Loaded::Word(offset::ARCH) => {
            Arch::ALL.into_iter().find(|arch| arch.audit() == number).map(|arch| arch.name().to_owned())
        }
        _ => None,
    }
}

/// What the accumulator holds before an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loaded {
    /// Nothing is known yet to lead here.
    Unreached,
    /// The word at this byte offset.
    Word(u32),
    /// Something else, or not the same on every path.
    Other,
}

fn loaded_words(insns: &[SymInsn]) -> Vec<Loaded> {
    let mut loaded = vec![Loaded::Unreached; insns.len()];
    if let Some(first) = loaded.first_mut() {
        *first = Loaded::Other;
    }
    for (at, insn) in insns.iter().enumerate() {
        let before = loaded[at];
        let after = match (insn.code, insn.k) {
            (op::LD_ABS, Operand::Known(offset)) => Loaded::Word(offset),
            (code, _) if matches!(code & 7, 0 | 4) || code == 0x87 => Loaded::Other,
            _ => before,
        };
        let mut arrive = |skip: u32| {
            let there = (at + 1).checked_add(skip as usize).and_then(|there| loaded.get_mut(there));
            if let Some(there) = there {
                *there = match *there {
                    Loaded::Unreached => after,
                    same if same == after => after,
                    _ if after == Loaded::Unreached => *there,
                    _ => Loaded::Other,
                };
            }
        };
        match (insn.code, insn.k) {
            (op::JA, Operand::Known(skip)) => arrive(skip),
            (code, _) if code & 7 == 5 => {
                arrive(u32::from(insn.jt));
                arrive(u32::from(insn.jf));
            }
            (code, _) if code & 7 == 6 => {}
            _ => arrive(0),
        }
    }
    loaded
}
