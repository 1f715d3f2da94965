//! Policies of other tools, read into our own language.
//!
//! The rule for every format: what would make the result permit more than the source does under its own tool is an error; what
//! makes it stricter is a note. The text is hostile: sizes and depths are bounded, and every error names the thing, its
//! place and the cure.

pub mod bpf;
mod elsewhere;
pub mod firecracker;
mod json;
pub mod kafel;
mod machine;
pub mod minijail;
mod narrow;
pub mod oci;
mod statements;
pub mod systemd;
#[cfg(test)]
mod testing;

use std::fmt;

pub use kafel::Kafel;
pub use minijail::{Minijail, MinijailTool};
pub use oci::Oci;

use crate::ast::{NodeId, PolicyDef};

/// The most bytes of text that are read, included files among them.
pub const MOST_BYTES: usize = 1 << 20;

/// A policy that was read from another format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The policy.
    pub def: PolicyDef,
    /// What became stricter on the way, and what else the reader should know, in the order of the source.
    pub notes: Vec<Note>,
    places: Places,
}

impl Imported {
    fn new(def: PolicyDef, notes: Notes, places: Places) -> Imported {
        Imported { def, notes: notes.finish(&places), places }
    }

    /// Where in the source a node of the policy stands.
    #[must_use]
    pub fn place(&self, node: NodeId) -> Place {
        self.places.get(node)
    }
}

/// Gives the text of an included file by the name that the source has for it; `None` if it is not to be had.
pub type Include<'i> = &'i dyn Fn(&str) -> Option<String>;

/// Something to know about an imported policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where in the source.
    pub place: Place,
    /// What.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The source as a whole.
    Whole,
    /// In a text.
    Text {
        /// The included file; `None` for the text itself.
        file: Option<String>,
        /// From 1.
        line: u32,
        /// From 1, in characters.
        column: u32,
    },
    /// In JSON: a pointer (RFC 6901).
    Json(String),
    /// In a program: the number of the instruction, from 0.
    Instruction(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Whole => f.write_str("the policy"),
            Place::Text { file: Some(file), line, column } => write!(f, "{file}:{line}:{column}"),
            Place::Text { file: None, line, column } => write!(f, "{line}:{column}"),
            Place::Json(pointer) => f.write_str(pointer),
            Place::Instruction(index) => write!(f, "instruction {index}"),
        }
    }
}

/// Why a policy could not be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// Where in the source.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.message, self.hint)
    }
}

impl std::error::Error for ImportError {}

/// The places of a source; a [`NodeId`] is an index into it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Places(Vec<Place>);

impl Places {
    fn new() -> Places {
        Places(vec![Place::Whole])
    }

    fn add(&mut self, place: Place) -> NodeId {
        self.0.push(place);
        NodeId(u32::try_from(self.0.len() - 1).unwrap_or(0))
    }

    fn get(&self, node: NodeId) -> Place {
        usize::try_from(node.0).ok().and_then(|index| self.0.get(index)).cloned().unwrap_or(Place::Whole)
    }

    fn error(&self, node: NodeId, message: impl Into<String>, hint: impl Into<String>) -> ImportError {
        ImportError { place: self.get(node), message: message.into(), hint: hint.into() }
    }
}

/// Notes while they are gathered: each once.
#[derive(Debug, Default)]
struct Notes(Vec<(NodeId, String)>);

impl Notes {
    fn add(&mut self, node: NodeId, message: String) {
        if !self.0.iter().any(|known| *known == (node, message.clone())) {
            self.0.push((node, message));
        }
    }

    fn finish(mut self, places: &Places) -> Vec<Note> {
        self.0.sort_by_key(|(node, _)| *node);
        self.0.into_iter().map(|(node, message)| Note { place: places.get(node), message }).collect()
    }
}
