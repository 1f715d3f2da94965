//! `use path::TO::POLICY;`: the statements of another policy.
//!
//! A macro sees the tokens that it is given and nothing else, so another policy's statements must be brought by whoever calls
//! the parser: as [`Import`]s, one for each path, in the order of the paths. Where they are not there yet,
//! [`Parsed::imports`](super::Parsed::imports) says which paths they are wanted for.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, Path, Token};

use super::parse::{Attempt, Parser};
use super::{ExprSource, WantedImport};
use crate::ast::{Context, ImportSpec, Item, Name, NodeId, Precedence};
use crate::problem::ProblemKind;

/// The statements of another policy, with those of the policies that it imports itself.
#[derive(Debug, Clone)]
pub struct Import {
    /// What tells it from every other policy.
    pub identity: String,
    /// Its own imports, one for each path in it.
    pub imports: Vec<Import>,
    /// All between the braces of its `policy!`.
    pub tokens: TokenStream,
}

/// Where the parser is inside imported statements.
#[derive(Debug, Clone)]
pub(super) struct Within {
    /// The path by which the outermost policy names the import.
    path: TokenStream,
    /// How many expressions the outermost import has had.
    exprs: u16,
    /// The policy whose own statements are read, and how many expressions those have had.
    level: (String, u16),
}

impl Parser {
    /// The rest of a statement that names another policy: its path and `;`.
    pub(super) fn import(&mut self, input: ParseStream<'_>, context: &Context, items: &mut Vec<Item>) -> Attempt<()> {
        let path = self.import_path(input)?;
        if !input.peek(Token![;]) {
            return Err(input.error("expected `;`").into());
        }
        self.import_at(&path, context, items)?;
        input.parse::<Token![;]>()?;
        Ok(())
    }

    /// A path to another policy.
    pub(super) fn import_path(&mut self, input: ParseStream<'_>) -> Attempt<Path> {
        if input.peek(Token![::]) || input.peek(Ident::peek_any) {
            return Ok(input.call(Path::parse_mod_style)?);
        }
        Err(input.error("expected the path of a policy: `use crate::policies::LOGGING;`").into())
    }

    /// The statements of the policy at `path`.
    pub(super) fn import_at(&mut self, path: &Path, context: &Context, items: &mut Vec<Item>) -> Attempt<()> {
        let tokens = path.to_token_stream();
        let text = text_of(&tokens);
        let node = self.node_of(&tokens);
        let ceiling = context.precedence == Precedence::Restrict;
        let plain = !context.danger && context.arches.is_none() && context.precedence != Precedence::Override;
        if !plain {
            return self.give_up(
                ProblemKind::Syntax,
                node,
                "another policy is used as a whole",
                "move the statement out of the block",
            );
        }
        let Some(import) = self.next_import() else {
            if self.within.is_none() {
                self.wanted.push(WantedImport { path: tokens, node });
            }
            return Ok(());
        };
        let outermost = self.within.is_none();
        if outermost {
            self.within = Some(Within { path: tokens, exprs: 0, level: (String::new(), 0) });
        }
        let level = (import.identity.clone(), 0);
        let outer_level = self.within.as_mut().map(|within| std::mem::replace(&mut within.level, level));
        let outer = std::mem::replace(&mut self.imports, import.imports.into());
        let inner = Context { precedence: Precedence::Ordinary, import: Some(text.clone()), ..Context::default() };
        let mut found = Vec::new();
        let result = (|input: ParseStream<'_>| {
            super::parse::skip_header(input);
            found = self.items(input, &inner);
            Ok(())
        })
        .parse2(import.tokens);
        self.imports = outer;
        if let (Some(within), Some(level)) = (&mut self.within, outer_level) {
            within.level = level;
        }
        if outermost {
            self.within = None;
        }
        if let Err(error) = result {
            self.form(&error);
        }
        let path = Name { text, node };
        items.push(Item::Import(ImportSpec { path, identity: import.identity, ceiling, items: found }));
        Ok(())
    }

    fn next_import(&mut self) -> Option<Import> {
        self.imports.pop_front()
    }

    /// The number of an expression; inside an import the exporting policy has its value. One that comes on two ways has the
    /// number that it got first.
    pub(super) fn expression(&mut self, tokens: TokenStream) -> Option<u16> {
        let number = u16::try_from(self.exprs.len()).ok()?;
        let source = match &mut self.within {
            Some(within) => {
                let index = within.exprs;
                within.exprs = within.exprs.checked_add(1)?;
                let origin = within.level.clone();
                within.level.1 = origin.1.checked_add(1)?;
                ExprSource::Imported { path: within.path.clone(), index, origin }
            }
            None => ExprSource::Own(tokens),
        };
        let first = match &source {
            ExprSource::Imported { origin, .. } => self
                .exprs
                .iter()
                .position(|known| matches!(known, ExprSource::Imported { origin: other, .. } if other == origin)),
            ExprSource::Own(_) => None,
        };
        self.exprs.push(source);
        Some(first.and_then(|first| u16::try_from(first).ok()).unwrap_or(number))
    }

    fn node_of(&mut self, tokens: &TokenStream) -> NodeId {
        let mut spans = tokens.clone().into_iter().map(|tree| tree.span());
        let first = spans.next().unwrap_or_else(proc_macro2::Span::call_site);
        let last = spans.last().unwrap_or(first);
        self.node(first, last)
    }
}

/// Whether a path to a policy comes rather than a statement: two colons, or a lone name in upper case.
pub(super) fn begins_path(input: ParseStream<'_>) -> bool {
    if input.peek(Token![::]) {
        return true;
    }
    let fork = input.fork();
    let Ok(word) = fork.call(Ident::parse_any) else { return false };
    fork.peek(Token![::]) || (is_policy_name(&word) && (fork.peek(Token![;]) || fork.peek(Token![,])))
}

/// Groups are named in lower case, policies like every static.
pub(super) fn is_policy_name(word: &Ident) -> bool {
    let text = word.to_string();
    text.contains(|c: char| c.is_ascii_uppercase()) && !text.contains(|c: char| c.is_ascii_lowercase())
}

/// A path as it is written, without spaces.
fn text_of(tokens: &TokenStream) -> String {
    tokens.clone().into_iter().map(|tree| tree.to_string()).collect()
}

/// Whether macro variables could be seen in these tokens.
#[must_use]
pub fn has_dollar(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Punct(punct) => punct.as_char() == '$',
        TokenTree::Group(group) => group.delimiter() != Delimiter::None && has_dollar(&group.stream()),
        _ => false,
    })
}
