//! Statements about the policy as a whole: baseline, limits, hot calls, slots.

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::{Ident, LitFloat, LitInt, Token, token};

use super::delimited::parentheses;
use super::parse::{Attempt, Parser, drain, parse_word};
use crate::ast::{CallName, Item, Name};
use crate::problem::ProblemKind;

impl Parser {
    /// `baseline linux(6.6);`
    pub(super) fn baseline(&mut self, input: ParseStream<'_>, word: &Ident) -> Attempt<Item> {
        const FORM: &str = "expected `linux` and a version: `baseline linux(6.6);`";
        let linux = parse_word(input, FORM)?;
        if linux != "linux" {
            return Err(syn::Error::new(linux.span(), FORM).into());
        }
        if !input.peek(token::Paren) {
            return Err(input.error(FORM).into());
        }
        let (paren, content) = parentheses(input)?;
        let literal = content.parse::<LitFloat>();
        let complete = content.is_empty();
        drain(&content);
        let version = literal.ok().filter(|literal| complete && literal.suffix().is_empty()).and_then(|literal| {
            let (major, minor) = literal.base10_digits().split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        });
        let Some(version) = version else {
            let message = "expected the version as major and minor number: `linux(6.6)`";
            return Err(syn::Error::new(paren.span.join(), message).into());
        };
        input.parse::<Token![;]>()?;
        Ok(Item::Baseline { version, node: self.node(word.span(), paren.span.close()) })
    }

    /// `limit instructions <= 64;`
    pub(super) fn limit(&mut self, input: ParseStream<'_>, word: &Ident) -> Attempt<Item> {
        const FORM: &str = "expected `instructions` or `path`: `limit instructions <= 64;`";
        let what = parse_word(input, FORM)?;
        let path = match what.to_string().as_str() {
            "path" => true,
            "instructions" => false,
            _ => return Err(syn::Error::new(what.span(), FORM).into()),
        };
        if !input.peek(Token![<=]) {
            return Err(input.error("expected `<=`: a limit is the most that is accepted").into());
        }
        input.parse::<Token![<=]>()?;
        let (most, span) = self.number(input, "expected a number of instructions")?;
        input.parse::<Token![;]>()?;
        Ok(Item::Limit { path, most, node: self.node(word.span(), span) })
    }

    /// `hot read, write;`
    pub(super) fn hot(&mut self, input: ParseStream<'_>) -> Attempt<Item> {
        let mut calls = vec![self.call(input)?];
        while input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            if input.peek(Token![;]) {
                break;
            }
            calls.push(self.call(input)?);
        }
        if !input.peek(Token![;]) {
            return Err(input.error("expected `;`, or `,` and another system call").into());
        }
        if let Some(optional) = calls.iter().find(|call| call.optional) {
            return self.give_up(
                ProblemKind::Syntax,
                optional.name.node,
                "a hot call is named without `?`: where it does not exist, nothing is hot",
                format!("write `{}`", optional.name.text),
            );
        }
        input.parse::<Token![;]>()?;
        Ok(Item::Hot(calls))
    }

    /// `slot log_fd: i32;`
    pub(super) fn slot(&mut self, input: ParseStream<'_>) -> Attempt<Item> {
        let name = self.slot_name(input)?;
        if !input.peek(Token![:]) {
            return Err(input.error("expected `:` and the slot's type: `slot log_fd: i32;`").into());
        }
        input.parse::<Token![:]>()?;
        let ty = parse_word(input, "expected the slot's type: i32, u32, i64 or u64")?;
        let ty = self.name(&ty);
        input.parse::<Token![;]>()?;
        Ok(Item::Slot { name, ty })
    }

    /// A slot's name: in lower case, so that it can never be a constant's.
    fn slot_name(&mut self, input: ParseStream<'_>) -> Attempt<Name> {
        if !input.peek(Ident) {
            return Err(input.error("expected the slot's name: `slot log_fd: i32;`").into());
        }
        let ident: Ident = input.parse()?;
        let name = self.name(&ident);
        let lower = name.text.to_ascii_lowercase();
        if name.text != lower {
            return self.give_up(
                ProblemKind::Syntax,
                name.node,
                format!("the slot `{}` looks like a constant", name.text),
                format!("write its name in lower case: `{lower}`"),
            );
        }
        Ok(name)
    }

    /// A call by number; `syscall` has been read.
    pub(super) fn numbered(&mut self, input: ParseStream<'_>, word: &Ident) -> Attempt<CallName> {
        let (number, span) = self.number(input, "expected the system call's number: `syscall 472`")?;
        let name = Name { text: format!("syscall {number}"), node: self.node(word.span(), span) };
        if input.peek(Token![?]) {
            return Err(input.error("a call by number has no `?`: its number is the same everywhere").into());
        }
        Ok(CallName { name, optional: false, number: Some(number) })
    }

    fn number(&mut self, input: ParseStream<'_>, expected: &str) -> Attempt<(u32, Span)> {
        if !input.peek(LitInt) {
            return Err(input.error(expected).into());
        }
        let literal: LitInt = input.parse()?;
        match literal.base10_parse::<u32>() {
            Ok(number) if literal.suffix().is_empty() => Ok((number, literal.span())),
            _ => Err(syn::Error::new(literal.span(), format!("{expected}, without a type, below 2^32")).into()),
        }
    }
}
