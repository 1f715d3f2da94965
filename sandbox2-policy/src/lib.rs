//! Seccomp policies: their model, the kernel's tables, checks, compiler, validator, BPF interpreter and disassembler.
//!
//! This crate is the part of sandbox2 that needs no kernel: it runs inside `policy!` while a program compiles, and again at
//! run time to explain a violation. Without the feature `syntax` it has no dependency.
#![forbid(unsafe_code)]

pub mod action;
pub mod arch;
mod assemble;
pub mod ast;
pub mod bdd;
pub mod check;
pub mod compare;
pub mod compile;
pub mod danger;
pub mod disassemble;
pub mod encoding;
#[cfg(feature = "formats")]
pub mod export;
pub mod groups;
#[doc(hidden)]
#[rustfmt::skip]
pub mod hover;
#[cfg(feature = "formats")]
pub mod import;
pub mod insn;
pub mod interpret;
mod lower;
pub mod meaning;
mod optimize;
pub mod pipeline;
pub mod print;
pub mod problem;
pub mod program;
pub mod reference;
pub mod resolve;
pub mod space;
pub mod surroundings;
#[cfg(feature = "syntax")]
pub mod syntax;
pub mod tables;
pub mod validate;

pub use action::{Action, Errno, Supervision};
pub use arch::Arch;
pub use insn::{Insn, SeccompData};
