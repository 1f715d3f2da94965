//! `assert_allows!` and `assert_denies!`: a call in a test becomes a policy that names just that call, so that every word of it is
//! checked by the rules, and with the messages, of `policy!`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::tables;

/// `KRATE; allows POLICY, call(…) [, ACTION] [, on ARCH, …]`, with `allows` or `denies`.
pub(crate) fn expand(krate: &TokenStream, input: TokenStream) -> TokenStream {
    let mut input = input.into_iter();
    let allows = matches!(input.next(), Some(TokenTree::Ident(word)) if word == "allows");
    match Assertion::parse(allows, input.collect()) {
        Ok(assertion) => assertion.expand(krate),
        Err((span, message)) => quote_spanned! { span => ::core::compile_error!(#message) },
    }
}

type Mistake = (Span, String);

struct Assertion {
    allows: bool,
    policy: TokenStream,
    call: TokenStream,
    name: Vec<TokenTree>,
    arguments: Vec<TokenStream>,
    /// What `assert_denies!` wants exactly.
    action: Option<TokenStream>,
    arches: Vec<Arch>,
}

impl Assertion {
    fn parse(allows: bool, input: TokenStream) -> Result<Assertion, Mistake> {
        let form = if allows {
            "write `assert_allows!(POLICY, openat(AT_FDCWD, _, O_RDONLY))`"
        } else {
            "write `assert_denies!(POLICY, openat(AT_FDCWD, _, O_RDWR))`, or with `, ERRNO(EROFS)` after the call"
        };
        let mut parts = separated(input).into_iter();
        let mistake = |span, what: &str| Err((span, format!("{what}\nhint: {form}")));
        let policy = parts.next().filter(|part| !part.is_empty());
        let Some(policy) = policy else { return mistake(Span::call_site(), "there is no policy") };
        let call = parts.next().filter(|part| !part.is_empty());
        let Some(call) = call else { return mistake(Span::call_site(), "there is no call") };
        let mut name: Vec<TokenTree> = call.clone().into_iter().collect();
        let arguments = match name.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => separated(group.stream()),
            Some(other) => return mistake(other.span(), "a call has its arguments in parentheses"),
            None => Vec::new(),
        };
        if !matches!(&name[..], [TokenTree::Ident(_)] | [TokenTree::Ident(_), TokenTree::Literal(_)]) {
            let span = name.first().map_or_else(Span::call_site, TokenTree::span);
            return mistake(span, "a call begins with its name");
        }
        let mut assertion = Assertion { allows, policy, call, name, arguments, action: None, arches: Vec::new() };
        let mut in_arches = false;
        for part in parts {
            let tokens: Vec<TokenTree> = part.clone().into_iter().collect();
            match &tokens[..] {
                [] => {}
                [TokenTree::Ident(on), arch] if on == "on" && !in_arches => {
                    in_arches = true;
                    assertion.arches.push(parse_arch(arch)?);
                }
                [arch] if in_arches => assertion.arches.push(parse_arch(arch)?),
                [first, ..] if allows || in_arches || assertion.action.is_some() => {
                    return mistake(first.span(), "nothing more is expected here but `on` and architectures");
                }
                _ => assertion.action = Some(part),
            }
        }
        Ok(assertion)
    }

    fn expand(&self, krate: &TokenStream) -> TokenStream {
        let Assertion { policy, call, name, .. } = self;
        let mark = match &name[..] {
            [TokenTree::Ident(name)] if !everywhere(&name.to_string()) => quote!(?),
            _ => TokenStream::new(),
        };
        let conditions = self.arguments.iter().enumerate().filter_map(|(index, part)| condition(index, part));
        let mut condition = TokenStream::new();
        for one in conditions {
            condition.extend(if condition.is_empty() { quote!(if #one) } else { quote!(&& #one) });
        }
        let wanted = match (self.allows, &self.action) {
            (true, _) => quote!(Allowed),
            (false, None) => quote!(Denied),
            // A rule of some call checks the action.
            (false, Some(action)) => {
                let default = if action.to_string() == "KILL" { quote!(ERRNO(EPERM)) } else { quote!(KILL) };
                quote!(Exactly(&#krate::policy! { default #default; #action sched_yield; }))
            }
        };
        let arches = self.arches.iter().map(|arch| Ident::new(&format!("{arch:?}"), Span::call_site()));
        let (shown_policy, shown_call) = (policy.to_string(), shown(call));
        quote! {
            #krate::__private::assertion::check(
                &#policy,
                &#krate::policy! { TRAP(1) #(#name)* #mark #condition; },
                #krate::__private::assertion::Wanted::#wanted,
                &[#(#krate::Arch::#arches),*],
                #shown_policy,
                #shown_call,
            )
        }
    }
}

/// The parts between commas.
fn separated(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for tree in tokens {
        match &tree {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(TokenStream::new()),
            _ => parts.last_mut().expect("there is always a last part").extend([tree]),
        }
    }
    if parts.last().is_some_and(TokenStream::is_empty) {
        parts.pop();
    }
    parts
}

fn parse_arch(token: &TokenTree) -> Result<Arch, Mistake> {
    let name = token.to_string();
    let found = Arch::ALL.into_iter().find(|arch| arch.name() == name);
    found.ok_or_else(|| {
        let known = Arch::ALL.map(Arch::name).join(", ");
        (token.span(), format!("there is no architecture `{name}`\nhint: there are {known}"))
    })
}

fn everywhere(name: &str) -> bool {
    // One that no architecture has is a mistake that the policy will tell.
    tables::syscall(name).is_none_or(|call| call.numbers.iter().all(Option::is_some))
}

/// What an argument says: nothing (`_`), a value, a list (`[A, B]`) or a range, perhaps with the argument's name before it.
fn condition(index: usize, argument: &TokenStream) -> Option<TokenStream> {
    let mut tokens: Vec<TokenTree> = argument.clone().into_iter().collect();
    let span = tokens.first().map_or_else(Span::call_site, TokenTree::span);
    let named = matches!(&tokens[..], [TokenTree::Ident(_), TokenTree::Punct(colon), ..] if colon.as_char() == ':');
    let subject = if named {
        let name = tokens.remove(0);
        tokens.remove(0);
        quote!(#name)
    } else {
        let position = Ident::new(&format!("arg{index}"), span);
        quote!(#position)
    };
    let condition = match &tokens[..] {
        [TokenTree::Ident(any)] if any == "_" => return None,
        [TokenTree::Ident(null)] if null == "NULL" => quote!(#subject == #null),
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => quote!(#subject in #list),
        [dots @ .., _] if is_range(dots) => quote!(#subject in #(#tokens)*),
        // In a list, flags are meant exactly as they stand.
        value => {
            let mut list = Group::new(Delimiter::Bracket, value.iter().cloned().collect());
            list.set_span(span);
            quote!(#subject in #list)
        }
    };
    Some(condition)
}

fn is_range(tokens: &[TokenTree]) -> bool {
    let dot = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '.');
    tokens.windows(2).any(|pair| pair.iter().all(dot))
}

/// The call as it was written, near enough.
fn shown(call: &TokenStream) -> String {
    let text = call.to_string();
    text.replace(" (", "(").replace("( ", "(").replace(" )", ")").replace(" ,", ",").replace(" :", ":")
}
