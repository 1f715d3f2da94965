//! Policies from text: the language of `policy!`, read at run time.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use sandbox2_policy::action::Supervision;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::ast::NodeId;
use sandbox2_policy::check::CheckedPolicy;
use sandbox2_policy::encoding::{Origin, encode, encode_origins};
use sandbox2_policy::meaning::Width;
use sandbox2_policy::pipeline::{self, Built};
use sandbox2_policy::problem::Problems;
use sandbox2_policy::program::Operand;
use sandbox2_policy::resolve::SymbolSource;
use sandbox2_policy::syntax::{Parsed, parse};

use super::parts::{Patch, PolicyParts, SlotPart};
use super::{Policy, index_of};

/// What is wrong with the text of a policy: one or more mistakes, in the order of the text.
///
/// `Display` shows each with its line, a caret below it, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyErrors {
    pub(super) file: String,
    pub(super) errors: Vec<PolicyError>,
}

/// One mistake in the text of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PolicyError {
    /// The line, from 1; 0 where it concerns the policy as a whole.
    pub line: usize,
    /// The column, from 1 and in characters; 0 where it concerns the policy as a whole.
    pub column: usize,
    /// What kind of mistake: `unknown_syscall`, `wrong_width`, … as the fixtures of `policy!` are named.
    pub kind: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Other places that have to do with it: line, column, and how.
    pub notes: Vec<(usize, usize, &'static str)>,
    /// The line itself, and how many characters of it are meant.
    pub(super) excerpt: Option<(String, usize)>,
}

impl PolicyErrors {
    /// The mistakes; at least one.
    #[must_use]
    pub fn errors(&self) -> &[PolicyError] {
        &self.errors
    }
}

impl std::error::Error for PolicyErrors {}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            error.show(&self.file, f)?;
        }
        Ok(())
    }
}

impl PolicyError {
    fn show(&self, file: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if self.line > 0 {
            let gutter = self.line.to_string().len();
            write!(f, "\n{:gutter$}--> {file}:{}:{}", "", self.line, self.column)?;
            if let Some((line, length)) = &self.excerpt {
                let line = line.replace(|c: char| c.is_control(), " ");
                let (before, carets) = (" ".repeat(self.column - 1), "^".repeat(*length));
                write!(f, "\n{:gutter$} |\n{} | {line}\n{:gutter$} | {before}{carets}", "", self.line, "")?;
            }
        } else {
            write!(f, "\n--> {file}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        for (line, column, how) in &self.notes {
            write!(f, "\nnote: line {line}, column {column}: {how}")?;
        }
        Ok(())
    }
}

/// A policy file could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFileError {
    /// It could not be read.
    #[error("cannot read the policy {path}")]
    Read {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It has mistakes.
    #[error(transparent)]
    Policy(#[from] PolicyErrors),
}

impl Policy {
    /// A policy from text in the language of [`policy!`](crate::policy), checked, compiled and validated as there, for the
    /// architecture of this process.
    ///
    /// Two things of the language need the compiler and are mistakes here: a Rust expression in braces (use a slot, `slot
    /// log_fd: i32;`) and `use` of another policy by its path.
    ///
    /// ```
    /// let policy = sandbox2::Policy::parse("ALLOW read; ALLOW write if fd == 1;")?;
    /// # Ok::<(), sandbox2::PolicyErrors>(())
    /// ```
    ///
    /// # Errors
    /// Every mistake in it, as `policy!` would report them.
    pub fn parse(text: &str) -> Result<Policy, PolicyErrors> {
        Policy::parse_named("policy", text)
    }

    /// As [`parse`](Self::parse), of the file at `path` (by convention `NAME.policy`).
    ///
    /// # Errors
    /// If it cannot be read, is not UTF-8, or has mistakes.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Policy, PolicyFileError> {
        let path = path.as_ref().display().to_string();
        let text =
            std::fs::read_to_string(&path).map_err(|source| PolicyFileError::Read { path: path.clone(), source })?;
        Ok(Policy::parse_named(&path, &text)?)
    }

    pub(crate) fn parse_named(file: &str, text: &str) -> Result<Policy, PolicyErrors> {
        let result = read(file, text);
        // The texts that were read are kept for their spans, of which none is left.
        proc_macro2::extra::invalidate_current_thread_spans();
        result
    }
}

fn read(file: &str, text: &str) -> Result<Policy, PolicyErrors> {
    let wrong = |errors| PolicyErrors { file: file.to_owned(), errors };
    let tokens = text.parse().map_err(|error: proc_macro2::LexError| {
        let message =
            "this is not of the language: a quote or bracket without its other half, or a character that it has not";
        wrong(vec![Source(text).error("syntax", (error.span(), error.span()), message.to_owned(), None)])
    })?;
    let parsed = parse(tokens);
    let source = Source(text);
    let mut errors = source.needing_the_compiler(&parsed);
    let mut problems = Problems::default();
    for problem in parsed.problems.iter().cloned() {
        problems.push(problem);
    }
    let built = pipeline::build(&parsed.def, &mut problems);
    let mut found = problems.into_vec();
    let checked = match &built {
        Ok(built) => built.checked(),
        Err(checked) => checked,
    };
    let native = Arch::native();
    found
        .extend(checked.missing().iter().filter(|(arch, _)| Some(*arch) == native).map(|(_, problem)| problem.clone()));
    for problem in found {
        let mut error =
            source.error(problem.kind.slug(), parsed.places.spans(problem.node), problem.message, problem.hint);
        if problem.node == NodeId(0) {
            (error.line, error.column, error.excerpt) = (0, 0, None);
        }
        error.notes = problem
            .related
            .iter()
            .map(|(node, how)| {
                let start = parsed.places.spans(*node).0.start();
                (start.line, start.column + 1, *how)
            })
            .collect();
        errors.push(error);
    }
    errors.sort_by_key(|error| (error.line, error.column));
    match (built, native) {
        (Ok(built), Some(arch)) if errors.is_empty() => {
            let name = parsed.header.as_ref().map(|header| header.name.to_string());
            let place = |node| {
                let start = parsed.places.spans(node).0.start();
                (start.line, start.column + 1)
            };
            Ok(policy(file, name, &built, arch, &place))
        }
        (Ok(_), None) => {
            let span = proc_macro2::Span::call_site();
            let message = "sandbox2 knows x86_64, aarch64 and riscv64 only".to_owned();
            Err(wrong(vec![source.error("unknown_arch", (span, span), message, None)]))
        }
        _ => Err(wrong(errors)),
    }
}

/// The text that is read.
struct Source<'t>(&'t str);

impl Source<'_> {
    /// Mistakes that are none in `policy!`.
    fn needing_the_compiler(&self, parsed: &Parsed) -> Vec<PolicyError> {
        let imports = parsed.imports.iter().map(|import| {
            let message = "the policies of a Rust program cannot be named here".to_owned();
            let hint = "write out what you need of it, or use `policy!` in the program".to_owned();
            self.error("syntax", parsed.places.spans(import.node), message, Some(hint))
        });
        let exprs = parsed.rust_values.iter().map(|node| {
            let message = "a Rust expression has no value here".to_owned();
            let hint = "write the number, or a slot that gets its value at launch: `slot log_fd: i32;`".to_owned();
            self.error("not_constant", parsed.places.spans(*node), message, Some(hint))
        });
        imports.chain(exprs).collect()
    }

    fn error(
        &self,
        kind: &'static str,
        (first, last): (proc_macro2::Span, proc_macro2::Span),
        message: String,
        hint: Option<String>,
    ) -> PolicyError {
        let (start, end) = (first.start(), last.end());
        let excerpt = self.0.lines().nth(start.line.saturating_sub(1)).map(|line| {
            let rest = line.chars().count().saturating_sub(start.column).max(1);
            let length = if end.line == start.line { end.column.saturating_sub(start.column) } else { rest };
            (line.to_owned(), length.clamp(1, rest))
        });
        PolicyError { line: start.line, column: start.column + 1, kind, message, hint, notes: Vec::new(), excerpt }
    }
}

/// The policy; `place` says in which line and column a part of it stands.
pub(super) fn policy(
    file: &str,
    name: Option<String>,
    built: &Built,
    arch: Arch,
    place: &dyn Fn(NodeId) -> (usize, usize),
) -> Policy {
    let checked = built.checked();
    let symbols = vec![0; checked.symbols().len()];
    let mut programs = [Cow::Borrowed(&[] as &[_]), Cow::Borrowed(&[]), Cow::Borrowed(&[])];
    let mut patches = [Cow::Borrowed(&[] as &[_]), Cow::Borrowed(&[]), Cow::Borrowed(&[])];
    for supervision in Supervision::ALL {
        let Some(program) = built.program(arch, supervision) else { continue };
        let of_slots = program.insns.iter().enumerate().filter_map(|(at, insn)| match insn.k {
            Operand::Symbol { symbol, high, xor } => {
                Some(Patch { at: u16::try_from(at).ok()?, symbol: symbol.0, high, xor })
            }
            Operand::Known(_) => None,
        });
        patches[index_of(supervision)] = Cow::Owned(of_slots.collect());
        programs[index_of(supervision)] = Cow::Owned(program.bind(&symbols));
    }
    let (origins, default_origin) = origins(checked, place);
    Policy::shared(PolicyParts {
        name: name.map(Cow::Owned),
        file: Cow::Owned(file.to_owned()),
        line: 1,
        arch,
        meanings: Arch::ALL.map(|arch| Cow::Owned(encode(checked.meaning(arch)))),
        symbols: Cow::Owned(symbols),
        exprs: &[],
        slots: Cow::Owned(slots(checked)),
        origins: Cow::Owned(origins),
        default_origin,
        programs,
        patches,
        mounts: Cow::Owned(checked.mounts().to_vec()),
        hostname: checked.hostname().map(|name| Cow::Owned(name.to_owned())),
        network: checked.network(),
    })
}

fn slots(checked: &CheckedPolicy) -> Vec<SlotPart> {
    let slots = checked.slots().iter().enumerate().filter_map(|(index, slot)| {
        let source = SymbolSource::Slot(u16::try_from(index).ok()?);
        let symbol = checked.symbols().iter().position(|symbol| symbol.source == source)?;
        Some(SlotPart {
            name: Cow::Owned(slot.name.clone()),
            wide: slot.width == Width::W64,
            signed: slot.signed,
            symbol: u16::try_from(symbol).ok()?,
            bound: false,
        })
    });
    slots.collect()
}

fn origins(checked: &CheckedPolicy, place: &dyn Fn(NodeId) -> (usize, usize)) -> (Vec<u8>, Option<u16>) {
    let origin = |node: NodeId, text: String, group: Option<String>| {
        let (line, column) = place(node);
        let number = |number: usize| u32::try_from(number).unwrap_or(0);
        Origin { line: number(line), column: number(column), text, group, file: None }
    };
    let mut all: Vec<Origin> = checked
        .origins()
        .iter()
        .map(|written| origin(written.node, written.text.clone(), written.group.clone()))
        .collect();
    let default = checked.default_node().map(|node| {
        all.push(origin(node, format!("default {};", checked.meaning(Arch::X86_64).default), None));
        all.len() - 1
    });
    (encode_origins(&all), default.and_then(|index| u16::try_from(index).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_shown_with_its_line_and_a_caret() {
        let error = Policy::parse("ALLOW read;\n  ALLOW opnat;\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "error: unknown system call `opnat`\n --> policy:2:9\n  |\n2 |   ALLOW opnat;\n  |         ^^^^^\nhint: did you mean `openat`?"
        );
    }

    #[test]
    fn several_mistakes_are_told_at_once_and_in_order() {
        let error = Policy::parse("ALLOW write if fd == { FD };\nuse crate::LOGGING;\nALLOW raed;").unwrap_err();
        let kinds: Vec<_> = error.errors().iter().map(|error| (error.line, error.kind)).collect();
        assert_eq!(kinds, [(1, "not_constant"), (2, "syntax"), (3, "unknown_syscall")]);
    }

    #[test]
    fn text_without_tokens_and_deep_nesting_are_mistakes() {
        for text in
            ["ALLOW \"", "ALLOW read; }", "\u{0}", &"(".repeat(10_000), &format!("ALLOW read if {}", "(".repeat(300))]
        {
            assert!(Policy::parse(text).is_err(), "{text:.20}");
        }
        let nested = format!("ALLOW read if {}fd == 1{};", "(".repeat(5_000), ")".repeat(5_000));
        assert!(Policy::parse(&nested).is_err());
    }

    #[test]
    fn a_policy_that_is_read_twice_is_the_same_policy() {
        let text = "slot log_fd: i32;\nALLOW write if fd == log_fd;\ndefault ERRNO(EPERM);";
        let (one, other) = (Policy::parse(text).unwrap(), Policy::parse(text).unwrap());
        let (one, other) = (one.with_slot("log_fd", 7).unwrap(), other.with_slot("log_fd", 7).unwrap());
        for arch in Arch::ALL {
            for supervision in Supervision::ALL {
                assert_eq!(one.program(arch, supervision).unwrap(), other.program(arch, supervision).unwrap());
            }
        }
        assert!(one.is_subset_of(&other).is_ok());
    }
}
