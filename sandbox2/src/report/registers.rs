//! The registers of a thread, by name.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::escape::Plain;
use crate::sys::ptrace;

/// The general registers of a thread at the moment that a report is about.
///
/// The sandboxee chose what is in them. `Display` is four to a line; the alternate form (`{:#}`) has one on each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Registers {
    /// The architecture, as Rust spells it (`x86_64`).
    pub architecture: String,
    /// The thread, in the host's numbering.
    pub thread: u32,
    /// Each register, in the kernel's order.
    pub values: Vec<Register>,
}

/// One register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Register {
    /// Its name, as a debugger has it (`rip`). `orig_rax` is the number of the call that it is in.
    pub name: String,
    /// What is in it.
    pub value: u64,
}

#[cfg(target_arch = "x86_64")]
const NAMES: [&str; 27] = [
    "r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi", "orig_rax",
    "rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs",
];
#[cfg(target_arch = "aarch64")]
const NAMES: [&str; 34] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
    "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp", "pc", "pstate",
];
#[cfg(target_arch = "riscv64")]
const NAMES: [&str; 32] = [
    "pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

impl Registers {
    pub(crate) fn new(thread: u32, registers: &ptrace::Registers) -> Registers {
        let named = |(name, value): (&&str, &u64)| Register { name: (*name).to_owned(), value: *value };
        Registers {
            architecture: std::env::consts::ARCH.to_owned(),
            thread,
            values: NAMES.iter().zip(&registers.words).map(named).collect(),
        }
    }

    /// What is in the register of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<u64> {
        self.values.iter().find(|register| register.name == name).map(|register| register.value)
    }
}

impl fmt::Display for Registers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let across = if f.alternate() { 1 } else { 4 };
        for (index, Register { name, value }) in self.values.iter().enumerate() {
            let between = match index {
                0 => "",
                _ if index % across == 0 => "\n",
                _ => "  ",
            };
            // As wide in every column, so that they stand below each other.
            write!(f, "{between}{:<8} {value:#018x}", Plain(name))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registers() -> Registers {
        let mut raw = ptrace::Registers::ZERO;
        for (index, word) in raw.words.iter_mut().enumerate() {
            *word = 0x100 + index as u64;
        }
        Registers::new(7, &raw)
    }

    #[test]
    fn every_register_has_the_name_that_the_kernel_puts_there() {
        let mut raw = ptrace::Registers::ZERO;
        assert_eq!(registers().values.len(), raw.words.len());
        raw.set_value(5);
        let (value, pointer, stack) = match std::env::consts::ARCH {
            "x86_64" => ("rax", "rip", "rsp"),
            "aarch64" => ("x0", "pc", "sp"),
            _ => ("a0", "pc", "sp"),
        };
        assert_eq!(Registers::new(7, &raw).get(value), Some(5));
        for (index, name) in NAMES.iter().enumerate() {
            let mut raw = ptrace::Registers::ZERO;
            raw.words[index] = 9;
            assert_eq!(raw.instruction_pointer() == 9, *name == pointer, "{name}");
            assert_eq!(raw.stack_pointer() == 9, *name == stack, "{name}");
        }
        assert_eq!(registers().get("nonsense"), None);
    }

    #[test]
    fn machines_read_back_what_was_written() {
        let json = serde_json::to_string(&registers()).unwrap();
        assert_eq!(serde_json::from_str::<Registers>(&json).unwrap(), registers(), "{json}");
    }

    #[test]
    fn nothing_that_was_forged_on_the_way_reaches_a_terminal() {
        let mut forged = registers();
        forged.values[0].name = "\x1b[2J".to_owned();
        for text in [forged.to_string(), format!("{forged:#}")] {
            assert!(!text.contains('\x1b'), "{text}");
            assert!(text.contains("0x0000000000000101"), "{text}");
        }
    }
}
