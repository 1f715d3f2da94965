//! Seccomp policies: their model, the kernel's tables, checks, compiler, validator, BPF interpreter and disassembler.
//!
//! This crate is the part of sandbox2 that needs no kernel: it runs inside `policy!` while a program compiles, and again at
//! run time to explain a violation. Without the feature `syntax` it has no dependency.
#![forbid(unsafe_code)]

pub mod action;
pub mod arch;
mod assemble;
pub mod compile;
pub mod groups;
pub mod insn;
mod lower;
pub mod meaning;
mod optimize;
pub mod program;
pub mod surroundings;
pub mod tables;

pub use action::{Action, Errno, Supervision};
pub use arch::Arch;
pub use insn::{Insn, SeccompData};
