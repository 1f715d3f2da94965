//! `policy!`, as the macro `sandbox2::policy!` calls it. Use that one: this crate's interface is not stable.
#![forbid(unsafe_code)]

mod assertion;
mod compose;
mod emit;
mod hover;
mod report;

use proc_macro::TokenStream;
use proc_macro2::TokenTree;

/// `policy_impl! { PATH_OF_SANDBOX2; policy }`: what `sandbox2::policy!` hands over, with its own `$crate` in front.
#[proc_macro]
#[doc(hidden)]
pub fn policy_impl(input: TokenStream) -> TokenStream {
    let (krate, input) = split(input);
    compose::begin(&krate, input).into()
}

/// `assert_impl! { PATH_OF_SANDBOX2; allows POLICY, call(…) }`: what `assert_allows!` and `assert_denies!` hand over.
#[proc_macro]
#[doc(hidden)]
pub fn assert_impl(input: TokenStream) -> TokenStream {
    let (krate, input) = split(input);
    assertion::expand(&krate, input).into()
}

/// The path of `sandbox2`, which comes first, and what follows its `;`.
fn split(input: TokenStream) -> (proc_macro2::TokenStream, proc_macro2::TokenStream) {
    let mut input = proc_macro2::TokenStream::from(input).into_iter();
    let krate = input.by_ref().take_while(|tree| !matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';'));
    (krate.collect(), input.collect())
}

/// A step on the way through the policies that a policy imports; see `compose`.
#[proc_macro]
#[doc(hidden)]
pub fn policy_compose(input: TokenStream) -> TokenStream {
    compose::go_on(input.into()).into()
}
