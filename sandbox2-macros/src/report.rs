//! Problems as compiler errors on the user's own tokens.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use sandbox2_policy::problem::Problem;
use sandbox2_policy::syntax::Places;

/// One `compile_error!` for each problem, in the order of the source.
pub(crate) fn errors(mut problems: Vec<Problem>, places: &Places) -> TokenStream {
    problems.sort_by_key(|problem| {
        let start = places.spans(problem.node).0.start();
        (start.line, start.column)
    });
    problems.iter().map(|problem| error(problem, places)).collect()
}

/// A `compile_error!` that underlines all of the problem's node.
pub(crate) fn error(problem: &Problem, places: &Places) -> TokenStream {
    let (first, last) = places.spans(problem.node);
    let mut message = problem.message.clone();
    if let Some(hint) = &problem.hint {
        message.push_str("\nhint: ");
        message.push_str(hint);
    }
    for (node, how) in &problem.related {
        let there = places.spans(*node).0;
        let start = there.start();
        let (line, column) = (start.line, start.column + 1);
        let note = match there.file() == first.file() {
            true => format!("\nnote: line {line}, column {column}: {how}"),
            false => format!("\nnote: {}:{line}:{column}: {how}", there.file()),
        };
        message.push_str(&note);
    }
    at(&message, first, last)
}

/// `compile_error!` from `first` to `last`: rustc underlines from the first to the last token of a macro call.
fn at(message: &str, first: Span, last: Span) -> TokenStream {
    let path = {
        let core = Ident::new("core", first);
        let name = Ident::new("compile_error", first);
        quote_spanned!(first=> ::#core::#name!)
    };
    let mut body = Group::new(proc_macro2::Delimiter::Brace, quote_spanned!(last=> #message));
    body.set_span(last);
    path.into_iter().chain([TokenTree::Group(body)]).collect()
}
