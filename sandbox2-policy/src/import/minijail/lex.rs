//! Words of a line of a minijail policy.

use crate::ast::NodeId;
use crate::import::{ImportError, Place, Places};

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// A name, also one with `-` or `@` in it.
    Name(String),
    /// A number as written.
    Number(String),
    /// A path.
    Path(String),
    /// `@default` and its like.
    Directive(String),
    Sign(&'static str),
}

/// A word and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) node: NodeId,
}

const SIGNS: [&str; 21] =
    ["||", "&&", "==", "!=", "<=", ">=", "<", ">", "=", "|", "&", "~", ":", ";", ",", "(", ")", "{", "}", "[", "]"];

/// The words of one line, comments left out.
pub(super) fn lex(
    line: &str,
    file: Option<&str>,
    number: u32,
    places: &mut Places,
    tokens: &mut Vec<Token>,
) -> Result<(), ImportError> {
    let mut rest = line;
    let mut column = 1;
    loop {
        let trimmed = rest.trim_start();
        column += u32::try_from(rest.len() - trimmed.len()).unwrap_or(0);
        rest = trimmed;
        let Some(c) = rest.chars().next() else { return Ok(()) };
        if c == '#' {
            return Ok(());
        }
        let place = Place::Text { file: file.map(str::to_owned), line: number, column };
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@');
        let end = |wanted: &dyn Fn(char) -> bool| rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        let path = c == '/' || rest.starts_with("./");
        let (word, length) = if path {
            let length = end(&|c| !c.is_whitespace());
            (Word::Path(rest[..length].to_owned()), length)
        } else if c == '@' {
            let length = end(&name);
            (Word::Directive(rest[..length].to_owned()), length)
        } else if c.is_ascii_digit() || c == '-' {
            let length = end(&|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            (Word::Number(rest[..length].to_owned()), length)
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length = end(&name);
            (Word::Name(rest[..length].to_owned()), length)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (Word::Sign(sign), sign.len())
        } else {
            let message = format!("unexpected character {c:?}");
            return Err(ImportError { place, message, hint: "minijail does not have it: take it out".to_owned() });
        };
        tokens.push(Token { word, node: places.add(place) });
        // All of these are ASCII, but for paths.
        column += u32::try_from(rest[..length].chars().count()).unwrap_or(0);
        rest = &rest[length..];
    }
}
