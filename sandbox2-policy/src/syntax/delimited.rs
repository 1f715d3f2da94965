//! Delimited parts as values, where syn has only macros that return from the caller.

use syn::parse::{ParseBuffer, ParseStream};
use syn::{braced, bracketed, parenthesized, token};

pub(super) fn braces<'a>(input: ParseStream<'a>) -> syn::Result<(token::Brace, ParseBuffer<'a>)> {
    let content;
    let token = braced!(content in input);
    Ok((token, content))
}

pub(super) fn brackets<'a>(input: ParseStream<'a>) -> syn::Result<(token::Bracket, ParseBuffer<'a>)> {
    let content;
    let token = bracketed!(content in input);
    Ok((token, content))
}

pub(super) fn parentheses<'a>(input: ParseStream<'a>) -> syn::Result<(token::Paren, ParseBuffer<'a>)> {
    let content;
    let token = parenthesized!(content in input);
    Ok((token, content))
}
