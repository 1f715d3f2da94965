//! What a policy that stands inside a macro of the user's gets as fragments (`$condition:expr`): groups without delimiters,
//! which syn reads as if they were not there. `!$c` with `a == 1 || b == 2` for `$c` would then mean `!(a == 1) || b == 2`,
//! so they get parentheses here, in which the language knows them.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// How deep groups may be nested: far beyond what people write, and far from the end of the stack.
const DEPTH: usize = 128;

/// The tokens with parentheses around every fragment of several tokens.
///
/// # Errors
/// Where groups are nested too deep.
pub(super) fn enclose(tokens: TokenStream) -> Result<TokenStream, Span> {
    Ok(convert(tokens.clone(), DEPTH, false)?.unwrap_or(tokens))
}

/// The tokens if they had to change: a new group knows its place less exactly. `untouched` inside what is not the policy's
/// language: Rust expressions and attributes.
fn convert(tokens: TokenStream, depth: usize, untouched: bool) -> Result<Option<TokenStream>, Span> {
    let mut before = Before::Other;
    let mut converted = TokenStream::new();
    let mut changed = false;
    for tree in tokens {
        let next = Before::of(&tree);
        match tree {
            TokenTree::Group(group) => {
                let depth = depth.checked_sub(1).ok_or(group.span_open())?;
                let rust = match group.delimiter() {
                    Delimiter::Brace => before == Before::Other,
                    Delimiter::Bracket => before == Before::Hash,
                    Delimiter::Parenthesis | Delimiter::None => false,
                };
                let content = convert(group.stream(), depth, untouched || rust)?;
                if content.is_none() && (untouched || group.delimiter() != Delimiter::None) {
                    converted.extend([TokenTree::Group(group)]);
                } else {
                    changed = true;
                    converted.extend(enclosed(&group, content.unwrap_or_else(|| group.stream())));
                }
            }
            other => converted.extend([other]),
        }
        before = next;
    }
    Ok(changed.then_some(converted))
}

/// The group with its new content, as tokens.
fn enclosed(group: &Group, content: TokenStream) -> TokenStream {
    let delimiter = match group.delimiter() {
        Delimiter::None => {
            let mut trees = content.clone().into_iter();
            let first = trees.next();
            // A single token needs no parentheses, and `$vis` stands where they would not.
            let visibility = matches!(&first, Some(TokenTree::Ident(word)) if word == "pub");
            if visibility || trees.next().is_none() {
                return content;
            }
            Delimiter::Parenthesis
        }
        delimiter => delimiter,
    };
    let mut new = Group::new(delimiter, content);
    new.set_span(group.span());
    TokenTree::Group(new).into()
}

/// What stands before a group.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A word or `?`: braces that follow hold statements or rules.
    Word,
    /// `#`: an attribute follows.
    Hash,
    /// Braces that follow hold a Rust expression.
    Other,
}

impl Before {
    fn of(tree: &TokenTree) -> Before {
        match tree {
            TokenTree::Ident(word) if word == "in" => Before::Other,
            TokenTree::Ident(_) => Before::Word,
            TokenTree::Punct(punct) if punct.as_char() == '?' => Before::Word,
            TokenTree::Punct(punct) if punct.as_char() == '#' => Before::Hash,
            // `$call:ident` and the like may come as a group of one.
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                group.stream().into_iter().last().map_or(Before::Other, |last| Before::of(&last))
            }
            _ => Before::Other,
        }
    }
}
