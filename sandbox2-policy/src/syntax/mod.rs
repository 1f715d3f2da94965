//! The policy language: from tokens, or from text, to an [`ast::PolicyDef`](crate::ast::PolicyDef).
//!
//! Only this folder knows places in a source ([`Places`]); all later stages speak of nodes.

mod bpf;
mod conditions;
mod delimited;
mod fragments;
mod groups;
mod imports;
mod parse;
mod statements;
mod whole;

use proc_macro2::{Span, TokenStream};

use crate::ast::{NodeId, PolicyDef};
use crate::problem::Problem;

pub use imports::{Import, has_dollar};
pub use parse::{parse, parse_with};

/// Where the nodes of a policy stand in its source: for each the first and the last span.
#[derive(Debug, Clone, Default)]
pub struct Places {
    spans: Vec<(Span, Span)>,
}

impl Places {
    /// The first and the last span of a node.
    #[must_use]
    pub fn spans(&self, node: NodeId) -> (Span, Span) {
        let index = node.0 as usize;
        self.spans.get(index).copied().unwrap_or_else(|| (Span::call_site(), Span::call_site()))
    }

    fn add(&mut self, first: Span, last: Span) -> NodeId {
        let node = NodeId(u32::try_from(self.spans.len()).unwrap_or(u32::MAX));
        self.spans.push((first, last));
        node
    }
}

/// What the `static` line of a policy says.
#[derive(Debug, Clone)]
pub struct Header {
    /// Doc comments and other attributes.
    pub attributes: TokenStream,
    /// The visibility; empty if private.
    pub visibility: TokenStream,
    /// The name.
    pub name: proc_macro2::Ident,
}

/// A Rust expression of a policy.
#[derive(Debug, Clone)]
pub enum ExprSource {
    /// It was written in the policy.
    Own(TokenStream),
    /// It was written in a policy that is imported, which knows its value.
    Imported {
        /// The path of that policy, as the importing one names it.
        path: TokenStream,
        /// The number of the expression there.
        index: u16,
        /// The policy that it was written in, and its number among that policy's own.
        origin: (String, u16),
    },
}

/// A policy that is imported.
#[derive(Debug, Clone)]
pub struct WantedImport {
    /// Its path.
    pub path: TokenStream,
    /// Where it is named.
    pub node: NodeId,
}

/// A parsed policy and all that was wrong with its form.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The `static` line; `None` for the expression form, or if it has no name.
    pub header: Option<Header>,
    /// Whether the policy is meant as an item: it has a `static` line, be it one with mistakes.
    pub is_item: bool,
    /// The body, without what could not be parsed.
    pub def: PolicyDef,
    /// The Rust expressions in it, by number.
    pub exprs: Vec<ExprSource>,
    /// Where those that were written in the policy itself stand.
    pub rust_values: Vec<NodeId>,
    /// The policies that it imports and that were not given, in order. If there are any, the rest says nothing yet.
    pub imports: Vec<WantedImport>,
    /// Where its nodes stand.
    pub places: Places,
    /// What was wrong.
    pub problems: Vec<Problem>,
}
