//! The parser's frame: nodes, recovery after a mistake, and the `static` line.

use std::collections::VecDeque;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Ident, Token};

use super::delimited::braces;
use super::fragments::enclose;
use super::imports::{Import, Within};
use super::{ExprSource, Header, Parsed, Places, WantedImport};
use crate::ast::{Context, Item, Name, NodeId, PolicyDef};
use crate::problem::{Problem, ProblemKind, Problems};

/// What goes wrong inside one statement; the statement is given up.
pub(super) type Attempt<T> = Result<T, GivenUp>;

/// A statement could not be parsed; the reason has been reported, unless it is still to be.
pub(super) enum GivenUp {
    /// Already among the problems.
    Reported,
    /// Not yet.
    Form(syn::Error),
}

impl From<syn::Error> for GivenUp {
    fn from(error: syn::Error) -> GivenUp {
        GivenUp::Form(error)
    }
}

/// The state of a parse.
pub(super) struct Parser {
    pub(super) places: Places,
    pub(super) problems: Problems,
    pub(super) exprs: Vec<ExprSource>,
    /// What is still to be imported at this level.
    pub(super) imports: VecDeque<Import>,
    pub(super) wanted: Vec<WantedImport>,
    pub(super) rust_values: Vec<NodeId>,
    /// Set while imported statements are parsed.
    pub(super) within: Option<Within>,
    header: Option<Header>,
    is_item: bool,
    /// Set while a group's own text is parsed: every node then stands where the group was named.
    pub(super) within_group: Option<NodeId>,
}

/// Parses a policy. It never fails: what is wrong is in [`Parsed::problems`], one problem for each mistake.
#[must_use]
pub fn parse(tokens: TokenStream) -> Parsed {
    parse_with(tokens, Vec::new())
}

/// As [`parse`], with the policies that it imports: one for each path, in order.
#[must_use]
pub fn parse_with(tokens: TokenStream, imports: Vec<Import>) -> Parsed {
    let mut parser = Parser {
        places: Places::default(),
        problems: Problems::default(),
        exprs: Vec::new(),
        imports: imports.into(),
        wanted: Vec::new(),
        rust_values: Vec::new(),
        within: None,
        header: None,
        is_item: false,
        within_group: None,
    };
    // Node 0 is the whole policy.
    parser.places.add(Span::call_site(), Span::call_site());
    let mut items = Vec::new();
    let whole = |input: ParseStream<'_>| {
        let (_, content) = braces(input)?;
        parser.header(&content);
        items = parser.items(&content, &Context::default());
        Ok(())
    };
    let parsed = match enclose(tokens) {
        Ok(tokens) => whole.parse2(enclosed(tokens)),
        Err(place) => Err(syn::Error::new(place, "groups are nested too deep here")),
    };
    if let Err(error) = parsed {
        parser.form(&error);
    }
    Parsed {
        header: parser.header,
        is_item: parser.is_item,
        def: PolicyDef { items },
        exprs: parser.exprs,
        rust_values: parser.rust_values,
        imports: parser.wanted,
        places: parser.places,
        problems: parser.problems.into_vec(),
    }
}

/// The tokens in braces that stand where the last token stands: what is missing at the end is reported there.
fn enclosed(tokens: TokenStream) -> TokenStream {
    let last = tokens.clone().into_iter().last().map_or_else(Span::call_site, |tree| match tree {
        TokenTree::Group(group) => group.span_close(),
        tree => tree.span(),
    });
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(last);
    TokenTree::Group(group).into()
}

impl Parser {
    pub(super) fn node(&mut self, first: Span, last: Span) -> NodeId {
        match self.within_group {
            Some(node) => node,
            None => self.places.add(first, last),
        }
    }

    /// The node from `first` to what has just been parsed.
    pub(super) fn node_from(&mut self, first: NodeId, last: NodeId) -> NodeId {
        let first = self.places.spans(first).0;
        let last = self.places.spans(last).1;
        self.node(first, last)
    }

    pub(super) fn name(&mut self, ident: &Ident) -> Name {
        Name { text: ident.to_string(), node: self.node(ident.span(), ident.span()) }
    }

    /// Reports what syn says about the form.
    pub(super) fn form(&mut self, error: &syn::Error) {
        let node = self.node(error.span(), error.span());
        self.problems.push(Problem {
            kind: ProblemKind::Syntax,
            node,
            message: error.to_string(),
            hint: None,
            related: Vec::new(),
        });
    }

    pub(super) fn give_up<T>(
        &mut self,
        kind: ProblemKind,
        node: NodeId,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Attempt<T> {
        self.problems.report(kind, node, message, hint);
        Err(GivenUp::Reported)
    }

    pub(super) fn settle(&mut self, reason: GivenUp) {
        if let GivenUp::Form(error) = reason {
            self.form(&error);
        }
    }

    /// Statements up to the end of `input`, with recovery at the end of a statement.
    pub(super) fn items(&mut self, input: ParseStream<'_>, context: &Context) -> Vec<Item> {
        let mut items = Vec::new();
        while !input.is_empty() {
            if let Err(reason) = self.statement(input, context, &mut items) {
                self.settle(reason);
                skip_statement(input);
            }
        }
        items
    }

    /// The lines before the body, if there are any. Whatever is wrong with them: the policy's name is kept if it can be
    /// found, so that its uses are no errors of their own.
    fn header(&mut self, input: ParseStream<'_>) {
        let mut attributes = TokenStream::new();
        while input.peek(Token![#]) {
            match attribute(input) {
                Ok(tokens) => attributes.extend(tokens),
                Err(error) => self.form(&error),
            }
        }
        if attributes.is_empty() && !begins_static_line(input) {
            return;
        }
        if let Err(error) = self.static_line(attributes, input) {
            self.form(&error);
            if self.header.is_none() || !input.peek(Ident::peek_any) {
                skip_statement(input);
            }
        }
    }

    /// `pub static NAME;`
    pub(super) fn static_line(&mut self, attributes: TokenStream, input: ParseStream<'_>) -> syn::Result<()> {
        self.is_item = true;
        let mut visibility = TokenStream::new();
        if input.peek(Token![pub]) {
            visibility.extend([input.parse::<TokenTree>()?]);
            if input.peek(syn::token::Paren) {
                visibility.extend([input.parse::<TokenTree>()?]);
            }
        }
        let is_static = input.peek(Token![static]);
        let error = input.error("expected `static NAME;`: a policy begins with its name, or has none");
        if !is_static && !input.peek(Token![const]) && !input.peek(Token![let]) {
            return Err(error);
        }
        input.parse::<TokenTree>()?;
        if !input.peek(Ident) {
            return Err(input.error("expected the policy's name: `static NAME;`"));
        }
        let name = input.call(Ident::parse)?;
        self.header = Some(Header { attributes, visibility, name });
        if !is_static {
            return Err(error);
        }
        if !input.peek(Token![;]) {
            return Err(input.error("expected `;`: the line of the name is `static NAME;`"));
        }
        input.parse::<Token![;]>()?;
        Ok(())
    }
}

/// Skips the lines of an imported policy that say its name.
pub(super) fn skip_header(input: ParseStream<'_>) {
    while input.peek(Token![#]) && attribute(input).is_ok() {}
    if begins_static_line(input) {
        skip_statement(input);
    }
}

/// Whether the line with the policy's name comes.
pub(super) fn begins_static_line(input: ParseStream<'_>) -> bool {
    input.peek(Token![pub]) || input.peek(Token![static]) || input.peek(Token![const]) || input.peek(Token![let])
}

fn attribute(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let hash: TokenTree = input.parse()?;
    if input.peek(Token![!]) {
        let error = input.error("an attribute of the policy is written without `!`");
        input.parse::<Token![!]>()?;
        input.parse::<Group>()?;
        return Err(error);
    }
    let body: Group = input.parse()?;
    Ok([hash, TokenTree::Group(body)].into_iter().collect())
}

/// Skips to behind the next `;`, or behind the next `{ … }` if a new statement follows.
fn skip_statement(input: ParseStream<'_>) {
    while let Ok(token) = input.parse::<TokenTree>() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => return,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && begins_statement(input) => return,
            _ => {}
        }
    }
}

/// Whether a word comes that does not go on with a condition.
fn begins_statement(input: ParseStream<'_>) -> bool {
    let word = input.fork().call(Ident::parse_any);
    word.is_ok_and(|word| !["and", "or", "in", "as"].contains(&word.to_string().as_str()))
}

/// The word that comes; `expected` is what to say if none does.
pub(super) fn parse_word(input: ParseStream<'_>, expected: &str) -> syn::Result<Ident> {
    if input.peek(Ident::peek_any) { input.call(Ident::parse_any) } else { Err(input.error(expected)) }
}

/// Empties `input`, so that syn does not complain about what is left.
pub(super) fn drain(input: ParseStream<'_>) {
    while input.parse::<TokenTree>().is_ok() {}
}

/// Skips to behind the next `,` or `;`.
pub(super) fn skip_arm(input: ParseStream<'_>) {
    while let Ok(token) = input.parse::<TokenTree>() {
        if matches!(&token, TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';')) {
            return;
        }
    }
}
