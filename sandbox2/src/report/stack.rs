//! Where a thread was: its stack, as far as it could be told.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::escape::Plain;

/// The calls that a thread was in, the innermost first.
///
/// Everything in it comes from the memory and the files of the sandboxee, and can be a lie of its.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stack {
    /// The thread, in the host's numbering.
    pub tid: u32,
    /// The calls.
    pub frames: Vec<Frame>,
    /// Whether there were more than are told.
    #[serde(default)]
    pub truncated: bool,
    /// Why nothing, or not everything, can be told.
    #[serde(default)]
    pub error: Option<String>,
}

/// One call of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Frame {
    /// Where it is in the program.
    pub address: u64,
    /// The function, demangled.
    pub function: Option<String>,
    /// How far `address` is from the start of the function.
    pub offset: u64,
    /// The file that the code was loaded from.
    pub object: Option<String>,
    /// The source file, where there is debug information.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// Whether the function was inlined into the next frame.
    #[serde(default)]
    pub inlined: bool,
}

impl fmt::Display for Frame {
    /// `function+0x1f(0x401234)`; the alternate form adds file and line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.function, &self.object) {
            (Some(function), _) => write!(f, "{}+{:#x}({:#x})", Plain(function), self.offset, self.address)?,
            (None, Some(object)) => write!(f, "map:{}+{:#x}({:#x})", Plain(object), self.offset, self.address)?,
            (None, None) => write!(f, "({:#x})", self.address)?,
        }
        match (&self.file, self.line) {
            (Some(file), Some(line)) if f.alternate() => write!(f, " at {}:{line}", Plain(file)),
            _ => Ok(()),
        }
    }
}
