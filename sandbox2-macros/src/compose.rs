//! `use path::TO::POLICY;`: how one expansion gets at the statements of another policy.
//!
//! A macro sees only its own tokens. So every named policy emits, beside its `static`, a macro of the same name that hands its
//! statements on; the two live in different namespaces, and whatever imports or re-exports the one does so with the other:
//!
//! ```text
//! policy! { static A; use b::B, c::C; … }
//!   -> b::B!  { (sandbox2) (ITEM) [] [c::C] { … } }
//!   -> policy_compose! { {B's statements} (sandbox2) (ITEM) [] [c::C] { … } }
//!   -> c::C!  { (sandbox2) (ITEM) [{B's statements}] [] { … } }
//!   -> policy_compose! { {C's statements} (sandbox2) (ITEM) [{B's statements}] [] { … } }
//!   -> static A …
//! ```
//!
//! The value of `static A` is expanded on its own, so that `A` exists even if a path leads nowhere; its macro, which carries
//! the statements of `B` and `C` along, is expanded beside it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU32, Ordering};

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use sandbox2_policy::syntax::{Header, Import, has_dollar, parse, parse_with};

use crate::emit;

/// What an expansion is to end in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// The policy as an expression.
    Value,
    /// The macro that hands its statements on.
    Macro,
}

/// Expands `policy!`; `krate` is the path of the crate `sandbox2` at the place of use.
pub(crate) fn begin(krate: &TokenStream, tokens: TokenStream) -> TokenStream {
    let parsed = parse(tokens.clone());
    if parsed.imports.is_empty() {
        let header = parsed.header.clone();
        let (policy, sound) = emit::expand(krate, start_of(&tokens), parsed);
        let companion = header.map(|header| companion(krate, &header, sound, &[], &tokens));
        return quote!(#policy #companion);
    }
    let paths: Vec<&TokenStream> = parsed.imports.iter().map(|import| &import.path).collect();
    let step = |goal| call_next(krate, goal, &[], &paths, &tokens);
    match &parsed.header {
        Some(header) => {
            let Header { attributes, visibility, name } = header;
            let (value, handing_on) = (step(Goal::Value), step(Goal::Macro));
            quote!(#attributes #visibility static #name: #krate::Policy = #value; #handing_on)
        }
        // The line of the name has a mistake, which is all there is to say.
        None if parsed.is_item => emit::expand(krate, start_of(&tokens), parsed).0,
        None => step(Goal::Value),
    }
}

/// A step: the statements of one more policy have come.
pub(crate) fn go_on(input: TokenStream) -> TokenStream {
    let mut parts = input.into_iter();
    let mut next = || match parts.next() {
        Some(TokenTree::Group(group)) => group.stream(),
        _ => TokenStream::new(),
    };
    let (newcomer, krate, goal, mut done, wanted, tokens) = (next(), next(), next(), next(), next(), next());
    let newcomer = Group::new(Delimiter::Brace, newcomer);
    done.extend([TokenTree::Group(newcomer)]);
    let goal = if goal.to_string() == "Macro" { Goal::Macro } else { Goal::Value };
    let wanted: Vec<TokenStream> = groups(wanted);
    if !wanted.is_empty() {
        return call_next(&krate, goal, &groups(done), &wanted.iter().collect::<Vec<_>>(), &tokens);
    }
    let bodies = groups(done);
    let parsed = parse_with(tokens.clone(), bodies.iter().filter_map(|body| import(body.clone())).collect());
    match goal {
        Goal::Value => emit::value(&krate, start_of(&tokens), parsed),
        Goal::Macro => {
            let Some(header) = &parsed.header else { return TokenStream::new() };
            companion(&krate, header, emit::is_sound(&parsed), &bodies, &tokens)
        }
    }
}

/// Asks the first of the policies at `paths` for its statements.
fn call_next(
    krate: &TokenStream,
    goal: Goal,
    done: &[TokenStream],
    paths: &[&TokenStream],
    tokens: &TokenStream,
) -> TokenStream {
    let Some((path, rest)) = paths.split_first() else { return TokenStream::new() };
    let goal = if goal == Goal::Macro { quote!(Macro) } else { quote!(Value) };
    quote!(#path! { (#krate) (#goal) [#({#done})*] [#((#rest))*] { #tokens } })
}

/// The macro that hands the statements of a policy on, with those of the policies that it imports. One with mistakes hands on
/// nothing: they have been told.
fn companion(
    krate: &TokenStream,
    header: &Header,
    sound: bool,
    imports: &[TokenStream],
    tokens: &TokenStream,
) -> TokenStream {
    let Header { visibility, name, .. } = header;
    // What looks like a variable of a macro would become one.
    if has_dollar(tokens) {
        return TokenStream::new();
    }
    let identity = identity(name, tokens);
    let maker = Ident::new(&identity, Span::mixed_site());
    let exported = visibility.to_string() == "pub";
    let export = exported.then(|| quote!(#[macro_export]));
    let body = match sound {
        true => {
            let identity = Literal::string(&identity);
            quote!(#identity [#({#imports})*] { #tokens })
        }
        false => quote!("" [] {}),
    };
    let name = Ident::new(&name.to_string(), name.span());
    quote! {
        #[doc(hidden)]
        #export
        #[allow(unused_macros, non_local_definitions)]
        macro_rules! #maker {
            ($($step:tt)*) => {
                #krate::__private::policy_compose! { { #body } $($step)* }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        #visibility use #maker as #name;
    }
}

/// What no other policy is called: names of macros that are exported share one room for the whole crate, and of two policies
/// with one identity an importing policy takes but one. So the package's version counts, and what the policy says.
fn identity(name: &Ident, tokens: &TokenStream) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let package =
        ["CARGO_PKG_NAME", "CARGO_PKG_VERSION", "CARGO_CRATE_NAME"].map(|name| std::env::var(name).unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    (package, number, tokens.to_string()).hash(&mut hasher);
    format_ident!("__sandbox2_policy_{}_{}_{:016x}", name, number, hasher.finish()).to_string()
}

/// The statements that [`companion`] hands on.
fn import(body: TokenStream) -> Option<Import> {
    let mut parts = body.into_iter();
    let identity = parts.next()?.to_string().trim_matches('"').to_owned();
    let TokenTree::Group(imports) = parts.next()? else { return None };
    let TokenTree::Group(tokens) = parts.next()? else { return None };
    let imports = groups(imports.stream()).into_iter().filter_map(import).collect();
    Some(Import { identity, imports, tokens: tokens.stream() })
}

fn groups(tokens: TokenStream) -> Vec<TokenStream> {
    let groups = tokens.into_iter().filter_map(|tree| match tree {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    groups.collect()
}

fn start_of(tokens: &TokenStream) -> Span {
    let first = tokens.clone().into_iter().next().map_or_else(Span::call_site, |tree| tree.span());
    Span::mixed_site().located_at(first)
}
