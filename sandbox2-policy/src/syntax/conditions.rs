//! Conditions and values of the language. Rust's precedence: `&` and `|` bind tighter than `==`, `&&` tighter than `||`.

use proc_macro2::{Delimiter, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, LitInt, LitStr, Token, token};

use super::delimited::{brackets, parentheses};
use super::parse::{Attempt, Parser, drain, parse_word};
use crate::ast::{CmpSpec, CondSpec, InSpec, SetSpec, Subject, ValueSpec};
use crate::meaning::CmpOp;
use crate::problem::ProblemKind;

impl Parser {
    /// A whole condition.
    pub(super) fn condition(&mut self, input: ParseStream<'_>) -> Attempt<CondSpec> {
        let mut parts = vec![self.conjunction(input)?];
        while input.peek(Token![||]) {
            input.parse::<Token![||]>()?;
            parts.push(self.conjunction(input)?);
        }
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        let node = self.node_from(parts[0].node(), parts[parts.len() - 1].node());
        Ok(CondSpec::Any(parts, node))
    }

    fn conjunction(&mut self, input: ParseStream<'_>) -> Attempt<CondSpec> {
        let mut parts = vec![self.term(input)?];
        while input.peek(Token![&&]) {
            input.parse::<Token![&&]>()?;
            parts.push(self.term(input)?);
        }
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        let node = self.node_from(parts[0].node(), parts[parts.len() - 1].node());
        Ok(CondSpec::All(parts, node))
    }

    fn term(&mut self, input: ParseStream<'_>) -> Attempt<CondSpec> {
        if input.peek(Token![!]) {
            let mut negated = false;
            while input.peek(Token![!]) {
                input.parse::<Token![!]>()?;
                negated = !negated;
            }
            // `!fd == 1` would be `(!fd) == 1` in Rust and in C.
            if !input.peek(token::Paren) || encloses_subject(input) {
                return Err(input.error("put what is negated in parentheses: `!(fd == 1)`").into());
            }
            let inner = self.term(input)?;
            return Ok(if negated { CondSpec::Not(Box::new(inner)) } else { inner });
        }
        if input.peek(token::Paren) && !encloses_subject(input) {
            let (_, content) = parentheses(input)?;
            let cond = self.condition(&content);
            if cond.is_ok() && !content.is_empty() {
                let error = content.error(after_condition(&content, "`)`"));
                drain(&content);
                return Err(error.into());
            }
            drain(&content);
            return cond;
        }
        self.comparison(input)
    }

    fn comparison(&mut self, input: ParseStream<'_>) -> Attempt<CondSpec> {
        let subject = self.subject(input)?;
        let first = subject.arg.node;
        if input.peek(Token![in]) {
            input.parse::<Token![in]>()?;
            let (set, last) = self.set(input)?;
            let node = self.node_from(first, last);
            return Ok(CondSpec::In(InSpec { subject, set, node }));
        }
        let op = self.operator(input)?;
        let value = self.value(input)?;
        let node = self.node_from(first, value.node());
        Ok(CondSpec::Cmp(CmpSpec { subject, op, value, node }))
    }

    fn subject(&mut self, input: ParseStream<'_>) -> Attempt<Subject> {
        if input.peek(token::Paren) {
            let (_, content) = parentheses(input)?;
            let subject = self.subject(&content);
            let rest = content.is_empty();
            let error = content.error("expected `)`");
            drain(&content);
            return if rest { subject } else { subject.and(Err(error.into())) };
        }
        if !input.peek(Ident::peek_any) {
            let message = if input.peek(LitInt) {
                "the argument stands on the left: `fd == 1`, and for a range `fd in 1..=2`"
            } else {
                "expected an argument of the call, by name or as arg0 to arg5"
            };
            return Err(input.error(message).into());
        }
        let ident = input.call(Ident::parse_any)?;
        if ident == "not" {
            return Err(syn::Error::new(ident.span(), "write `!(…)` for \"not\"").into());
        }
        let arg = self.name(&ident);
        let mut ty = None;
        if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            let ident = parse_word(input, "expected the type of the argument: u32, i32, u64 or i64")?;
            ty = Some(self.name(&ident));
        }
        let mut mask = None;
        if input.peek(Token![&]) && !input.peek(Token![&&]) {
            input.parse::<Token![&]>()?;
            mask = Some(self.mask(input)?);
        }
        Ok(Subject { arg, ty, mask })
    }

    /// A mask: one value, or several in parentheses. `a & B | C == D` would mean `(a & B) | C` in Rust.
    fn mask(&mut self, input: ParseStream<'_>) -> Attempt<ValueSpec> {
        let mask = self.single_value(input)?;
        if input.peek(Token![|]) && !input.peek(Token![||]) {
            return Err(input.error("put the mask in parentheses: `arg & (A | B) == …`").into());
        }
        Ok(mask)
    }

    fn operator(&mut self, input: ParseStream<'_>) -> Attempt<CmpOp> {
        let op = if input.peek(Token![==]) {
            input.parse::<Token![==]>()?;
            CmpOp::Eq
        } else if input.peek(Token![!=]) {
            input.parse::<Token![!=]>()?;
            CmpOp::Ne
        } else if input.peek(Token![<=]) {
            input.parse::<Token![<=]>()?;
            CmpOp::Le
        } else if input.peek(Token![>=]) {
            input.parse::<Token![>=]>()?;
            CmpOp::Ge
        } else if input.peek(Token![<]) {
            input.parse::<Token![<]>()?;
            CmpOp::Lt
        } else if input.peek(Token![>]) {
            input.parse::<Token![>]>()?;
            CmpOp::Gt
        } else if input.peek(Token![=]) {
            return Err(input.error("`=` does not compare: write `==`").into());
        } else {
            return Err(input.error("expected a comparison: ==, !=, <, <=, >, >= or `in`").into());
        };
        Ok(op)
    }

    fn set(&mut self, input: ParseStream<'_>) -> Attempt<(SetSpec, crate::ast::NodeId)> {
        if input.peek(token::Bracket) {
            let (bracket, content) = brackets(input)?;
            let list = self.list(&content);
            drain(&content);
            let list = list?;
            let node = self.node(bracket.span.open(), bracket.span.close());
            if list.is_empty() {
                return Err(syn::Error::new(bracket.span.join(), "an empty list holds no value").into());
            }
            return Ok((SetSpec::List(list), node));
        }
        let from = self.value(input)?;
        if input.peek(Token![..]) && !input.peek(Token![..=]) {
            return Err(input.error("write an inclusive range: `a..=b`").into());
        }
        input.parse::<Token![..=]>()?;
        let to = self.value(input)?;
        let node = self.node_from(from.node(), to.node());
        Ok((SetSpec::Range(from, to), node))
    }

    fn list(&mut self, content: ParseStream<'_>) -> Attempt<Vec<ValueSpec>> {
        let mut values = Vec::new();
        while !content.is_empty() {
            values.push(self.value(content)?);
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(values)
    }

    /// A value: `A`, `A | B`, `-1`, `{ expression }`.
    pub(super) fn value(&mut self, input: ParseStream<'_>) -> Attempt<ValueSpec> {
        let mut values = vec![self.single_value(input)?];
        while input.peek(Token![|]) && !input.peek(Token![||]) {
            input.parse::<Token![|]>()?;
            values.push(self.single_value(input)?);
        }
        if values.len() == 1 {
            return Ok(values.remove(0));
        }
        let node = self.node_from(values[0].node(), values[values.len() - 1].node());
        Ok(ValueSpec::Or(values, node))
    }

    fn single_value(&mut self, input: ParseStream<'_>) -> Attempt<ValueSpec> {
        if input.peek(token::Paren) {
            let (_, content) = parentheses(input)?;
            let value = self.value(&content);
            if value.is_ok() && !content.is_empty() {
                let error = content.error("expected `|` or `)`; a list stands in brackets: `in [A, B]`");
                drain(&content);
                return Err(error.into());
            }
            drain(&content);
            return value;
        }
        if input.peek(token::Brace) {
            return self.rust_value(input);
        }
        if input.peek(Token![-]) || input.peek(LitInt) {
            return self.integer(input);
        }
        if input.peek(Ident::peek_any) {
            let ident = input.call(Ident::parse_any)?;
            let name = self.name(&ident);
            if input.peek(Token![::]) || input.peek(token::Paren) {
                return self.bare_expression(&ident, input);
            }
            if name.text == "NULL" {
                return Ok(ValueSpec::Null(name.node));
            }
            return Ok(ValueSpec::Constant(name));
        }
        if input.peek(LitStr) {
            return Err(input
                .error(
                    "a text cannot be compared with: names of constants stand without quotes, and of a pointer a filter \
                     sees the address, not what it points at",
                )
                .into());
        }
        Err(input
            .error("expected a whole number, a constant of the kernel, NULL, or a Rust expression in braces")
            .into())
    }

    /// A path or a call of a function, where braces were forgotten.
    fn bare_expression<T>(&mut self, first: &Ident, input: ParseStream<'_>) -> Attempt<T> {
        let (mut text, mut last) = (first.to_string(), first.span());
        while input.peek(Token![::]) {
            input.parse::<Token![::]>()?;
            let segment = input.call(Ident::parse_any)?;
            text.push_str(&format!("::{segment}"));
            last = segment.span();
        }
        if input.peek(token::Paren) {
            text.push_str("(…)");
        }
        let node = self.node(first.span(), last);
        let hint = format!("write `{{ {text} }}`");
        self.give_up(ProblemKind::Syntax, node, "a Rust expression stands in braces", hint)
    }

    fn integer(&mut self, input: ParseStream<'_>) -> Attempt<ValueSpec> {
        let before = input.span();
        let negative = input.peek(Token![-]);
        if negative {
            input.parse::<Token![-]>()?;
        }
        let literal: LitInt = input.parse()?;
        let node = self.node(before, literal.span());
        let magnitude: i128 =
            literal.base10_parse().map_err(|_| syn::Error::new(literal.span(), "this number is beyond 128 bits"))?;
        let value = if negative { -magnitude } else { magnitude };
        let suffix = Some(literal.suffix().to_owned()).filter(|suffix| !suffix.is_empty());
        let text = format!("{}{literal}", if negative { "-" } else { "" });
        Ok(ValueSpec::Int { value, suffix, text, node })
    }

    fn rust_value(&mut self, input: ParseStream<'_>) -> Attempt<ValueSpec> {
        let tree: TokenTree = input.parse()?;
        let TokenTree::Group(group) = tree else {
            return Err(input.error("expected a Rust expression in braces").into());
        };
        let node = self.node(group.span_open(), group.span_close());
        if group.stream().is_empty() {
            return Err(syn::Error::new(group.span(), "expected a Rust expression in the braces").into());
        }
        if self.within.is_none() {
            self.rust_values.push(node);
        }
        let text = group.stream().to_string();
        let expr = self
            .expression(group.stream())
            .ok_or_else(|| syn::Error::new(group.span(), "too many Rust expressions in one policy"))?;
        Ok(ValueSpec::Rust { expr, text, node })
    }
}

/// What to say about something that cannot follow a condition, where `end` was expected.
pub(super) fn after_condition(input: ParseStream<'_>, end: &str) -> String {
    let word = input.fork().call(Ident::parse_any).map(|word| word.to_string()).unwrap_or_default();
    if word == "and" || input.peek(Token![&]) && !input.peek(Token![&&]) {
        "conditions are joined by `&&`".to_owned()
    } else if word == "or" {
        "conditions are joined by `||`".to_owned()
    } else if input.peek(Token![==]) || input.peek(Token![!=]) || input.peek(Token![<]) || input.peek(Token![>]) {
        "comparisons cannot be chained: join them by `&&`".to_owned()
    } else {
        format!("expected `&&`, `||` or {end}")
    }
}

/// Whether the parenthesis that comes holds only a subject, as in `(flags & MASK) == 0`.
fn encloses_subject(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    let Ok(TokenTree::Group(group)) = fork.parse::<TokenTree>() else { return false };
    if group.delimiter() != Delimiter::Parenthesis {
        return false;
    }
    fork.peek(Token![==])
        || fork.peek(Token![!=])
        || fork.peek(Token![<])
        || fork.peek(Token![>])
        || fork.peek(Token![in])
}
