//! Words of a kafel policy, included files in their place.

use super::Kafel;
use crate::ast::NodeId;
use crate::import::{ImportError, MOST_BYTES, Place, Places};

/// How deep files may include each other; kafel's own limit.
const DEEPEST_INCLUDE: usize = 16;
/// How many words a policy may have.
const MOST_TOKENS: usize = 200_000;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Name(String),
    Number(u64),
    /// A sign, of one or two characters.
    Sign(&'static str),
}

/// A word and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) node: NodeId,
}

const SIGNS: [&str; 18] =
    ["==", "!=", "<=", ">=", "||", "&&", "<", ">", "|", "&", "[", "]", "(", ")", "{", "}", ",", "!"];

/// The words of `text`.
pub(super) fn lex(text: &str, options: &Kafel<'_>, places: &mut Places) -> Result<Vec<Token>, ImportError> {
    let mut lexer = Lexer { options, places, tokens: Vec::new(), bytes: 0 };
    lexer.file(text, None, 0)?;
    Ok(lexer.tokens)
}

struct Lexer<'l> {
    options: &'l Kafel<'l>,
    places: &'l mut Places,
    tokens: Vec<Token>,
    bytes: usize,
}

/// What is left of a file.
struct Rest<'t> {
    text: &'t str,
    file: Option<&'t str>,
    line: u32,
    column: u32,
}

impl<'t> Rest<'t> {
    fn place(&self) -> Place {
        Place::Text { file: self.file.map(str::to_owned), line: self.line, column: self.column }
    }

    fn error(&self, message: impl Into<String>, hint: &str) -> ImportError {
        ImportError { place: self.place(), message: message.into(), hint: hint.to_owned() }
    }

    fn peek(&self) -> Option<char> {
        self.text.chars().next()
    }

    /// Takes so many bytes, which end between characters.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.text.split_at(bytes);
        self.text = rest;
        for c in taken.chars() {
            (self.line, self.column) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        taken
    }

    fn while_true(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.text.find(|c| !wanted(c)).unwrap_or(self.text.len());
        self.take(end)
    }
}

impl Lexer<'_> {
    fn file(&mut self, text: &str, file: Option<&str>, depth: usize) -> Result<(), ImportError> {
        let mut rest = Rest { text, file, line: 1, column: 1 };
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > MOST_BYTES {
            let message = format!("the policy is longer than {MOST_BYTES} bytes");
            return Err(rest.error(message, "import a smaller one"));
        }
        while let Some(c) = rest.peek() {
            if self.tokens.len() > MOST_TOKENS {
                let message = format!("the policy has more than {MOST_TOKENS} words");
                return Err(rest.error(message, "import a smaller one"));
            }
            match c {
                ' ' | '\t' | '\n' | '\r' => {
                    rest.while_true(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
                }
                '/' if rest.text.starts_with("//") => {
                    rest.while_true(|c| c != '\n');
                }
                '/' if rest.text.starts_with("/*") => comment(&mut rest)?,
                '#' if rest.text.starts_with("#include") => self.include(&mut rest, depth)?,
                '#' => self.sign(&mut rest, "#"),
                '0'..='9' | '-' => self.number(&mut rest)?,
                'a'..='z' | 'A'..='Z' => {
                    let node = self.places.add(rest.place());
                    let name = rest.while_true(|c| c.is_ascii_alphanumeric() || c == '_');
                    self.tokens.push(Token { word: Word::Name(name.to_owned()), node });
                }
                _ => match SIGNS.iter().find(|sign| rest.text.starts_with(**sign)) {
                    Some(sign) => self.sign(&mut rest, sign),
                    None => {
                        let message = format!("unexpected character {c:?}");
                        return Err(rest.error(message, "kafel's language does not have it: take it out"));
                    }
                },
            }
        }
        Ok(())
    }

    fn sign(&mut self, rest: &mut Rest<'_>, sign: &'static str) {
        let node = self.places.add(rest.place());
        rest.take(sign.len());
        self.tokens.push(Token { word: Word::Sign(sign), node });
    }

    fn number(&mut self, rest: &mut Rest<'_>) -> Result<(), ImportError> {
        let place = rest.place();
        let digits = rest.text.strip_prefix('-').unwrap_or(rest.text);
        let end = digits.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(digits.len());
        let length = rest.text.len() - digits.len() + end;
        let digits = &digits[..end];
        let negative = length > end;
        let parsed = match digits.as_bytes() {
            [b'0', b'x', ..] if !negative => u64::from_str_radix(&digits[2..], 16),
            [b'0', b'b', ..] if !negative => u64::from_str_radix(&digits[2..], 2),
            [b'0', _, ..] if !negative => u64::from_str_radix(digits, 8),
            [b'0', ..] if negative => "-".parse(),
            _ => digits.parse(),
        };
        let wrong = |message: String| ImportError {
            place: place.clone(),
            message,
            hint: "kafel's numbers are 42, -1, 0x2a, 052 and 0b101010, of at most 64 bits".to_owned(),
        };
        let value = parsed.map_err(|_| wrong(format!("{:.40?} is no number", &rest.text[..length])))?;
        let node = self.places.add(place.clone());
        rest.take(length);
        let value = if negative { value.wrapping_neg() } else { value };
        self.tokens.push(Token { word: Word::Number(value), node });
        Ok(())
    }

    fn include(&mut self, rest: &mut Rest<'_>, depth: usize) -> Result<(), ImportError> {
        rest.take("#include".len());
        loop {
            let spaces = rest.while_true(|c| matches!(c, ' ' | '\t' | '\r'));
            match rest.peek() {
                Some('\n' | ';') => {
                    rest.take(1);
                    return Ok(());
                }
                Some('"') if !spaces.is_empty() => {}
                _ => {
                    return Err(rest.error("an include that is none", "write `#include \"file\"` on a line of its own"));
                }
            }
            let error = rest.error("a file name without its end", "write `#include \"file\"` on a line of its own");
            rest.take(1);
            let name = rest.while_true(|c| c != '"');
            if name.is_empty() || rest.peek().is_none() {
                return Err(error);
            }
            rest.take(1);
            if depth >= DEEPEST_INCLUDE {
                let message = format!("files include each other more than {DEEPEST_INCLUDE} deep");
                return Err(ImportError { message, hint: "does a file include itself?".to_owned(), ..error });
            }
            let Some(text) = self.options.include.and_then(|include| include(name)) else {
                return Err(ImportError {
                    message: format!("the included file {name:?} is not at hand"),
                    hint: "give its text by the option `include`: an import opens no files".to_owned(),
                    ..error
                });
            };
            self.file(&text, Some(name), depth + 1)?;
        }
    }
}

/// Skips a comment just as kafel does: of two stars in a row the second cannot end it.
fn comment(rest: &mut Rest<'_>) -> Result<(), ImportError> {
    let error = rest.error("a comment without its end", "end it with `*/`; to kafel, `**/` is no end");
    rest.take(2);
    loop {
        rest.while_true(|c| c != '*');
        let mut after = rest.text.chars();
        after.next();
        match after.next() {
            Some('/') => {
                rest.take(2);
                return Ok(());
            }
            Some(c) => {
                rest.take(1 + c.len_utf8());
            }
            None => return Err(error),
        }
    }
}
