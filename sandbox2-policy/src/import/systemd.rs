//! `SystemCallFilter=` of systemd, with `SystemCallErrorNumber=` and `SystemCallArchitectures=`.
//!
//! The first line decides whether the list says what is allowed (then `@default` is on it unsaid) or, after `~`, what is
//! denied; each further line adds or takes away, in order; an empty one begins anew. Nothing is said of arguments.
//!
//! Other settings of a unit filter calls as well: if one of them is on, importing would leave it behind, so that it is refused.

pub(crate) mod groups;

use std::collections::BTreeMap;

use super::elsewhere::elsewhere;
use super::machine::{Arm, Condition};
use super::statements::{Calls, Source, statements};
use super::{ImportError, Imported, MOST_BYTES, Notes, Place, Places};
use crate::action::{Action, Errno};
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::problem::nearest;
use crate::tables::{self, Syscall};

/// How many words may be read, the members of groups counted.
const MOST_WORDS: usize = 1 << 16;

/// Settings by which systemd makes filters of its own.
const OTHER_FILTERS: [&str; 12] = [
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "PrivateDevices",
    "ProtectClock",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
];

/// Reads a unit file, a part of one, or the bare value of one `SystemCallFilter=`.
///
/// # Errors
/// What is not of the format, and what could permit more here than there: see `docs/IMPORT.md`.
///
/// # References
/// systemd.exec(5), systemd.syntax(7)
pub fn import(text: &str) -> Result<Imported, ImportError> {
    if text.len() > MOST_BYTES {
        let message = format!("the text is longer than {MOST_BYTES} bytes");
        return Err(ImportError { place: Place::Whole, message, hint: "import the unit's own settings".to_owned() });
    }
    let mut reader = Reader {
        places: Places::new(),
        notes: Notes::default(),
        filter: None,
        error: Negative { action: Action::Kill, node: NodeId(0) },
        words: 0,
    };
    let bare = !text.lines().any(|line| {
        let line = line.trim_start();
        line.starts_with('[') || line.split_once('=').is_some_and(|(key, _)| is_key(key.trim()))
    });
    if bare {
        reader.filter(&Value { text: text.trim().to_owned(), line: 1 })?;
    } else {
        for (key, value) in settings(text) {
            reader.setting(&key, &value)?;
        }
    }
    reader.finish()
}

/// A value and the line that it begins in.
struct Value {
    text: String,
    line: usize,
}

/// The assignments of a unit file, lines that end in a backslash joined.
fn settings(text: &str) -> Vec<(String, Value)> {
    let mut settings = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut whole = line.to_owned();
        if is_comment(line) {
            continue;
        }
        while let Some(begun) = whole.strip_suffix('\\') {
            whole = format!("{begun} ");
            // Comments between the parts do not end it.
            match lines.by_ref().find(|(_, more)| !is_comment(more)) {
                Some((_, more)) => whole.push_str(more),
                None => break,
            }
        }
        if let Some((key, value)) = whole.split_once('=') {
            let value = Value { text: value.trim().to_owned(), line: index + 1 };
            settings.push((key.trim().to_owned(), value));
        }
    }
    settings
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';'])
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric())
}

/// What is done about calls that are not allowed.
#[derive(Clone, Copy)]
struct Negative {
    action: Action,
    node: NodeId,
}

/// The list as far as it has been read.
struct Filter {
    /// Whether it says what is allowed.
    allows: bool,
    node: NodeId,
    /// What is on it: in a list of what is allowed `None`, else what is done instead of the setting's own.
    calls: BTreeMap<&'static str, (Option<Action>, NodeId)>,
}

struct Reader {
    places: Places,
    notes: Notes,
    filter: Option<Filter>,
    error: Negative,
    words: usize,
}

impl Reader {
    fn node(&mut self, value: &Value) -> NodeId {
        let line = u32::try_from(value.line).unwrap_or(u32::MAX);
        self.places.add(Place::Text { file: None, line, column: 1 })
    }

    fn error<T>(&self, node: NodeId, message: impl Into<String>, hint: impl Into<String>) -> Result<T, ImportError> {
        Err(self.places.error(node, message, hint))
    }

    fn setting(&mut self, key: &str, value: &Value) -> Result<(), ImportError> {
        match key {
            "SystemCallFilter" => self.filter(value),
            "SystemCallErrorNumber" => self.error_number(value),
            "SystemCallArchitectures" => self.architectures(value),
            _ if OTHER_FILTERS.contains(&key) && is_on(&value.text) => {
                let node = self.node(value);
                let message = format!("`{key}=` denies calls too, and is not imported");
                self.error(node, message, "take the line out, and write rules for what it denies")
            }
            _ => Ok(()),
        }
    }

    fn error_number(&mut self, value: &Value) -> Result<(), ImportError> {
        let node = self.node(value);
        let action = match value.text.as_str() {
            "" => Action::Kill,
            text => match action(text) {
                Some(action) => action,
                None => {
                    let message = format!("{text:.40?} is no error number");
                    return self.error(node, message, "write a name like EPERM, a number from 1 to 4095, or `kill`");
                }
            },
        };
        self.error = Negative { action, node };
        Ok(())
    }

    fn architectures(&mut self, value: &Value) -> Result<(), ImportError> {
        const KNOWN: [&str; 21] = [
            "native",
            "x86",
            "x86-64",
            "x32",
            "arm",
            "arm64",
            "loongarch64",
            "m68k",
            "mips",
            "mips-le",
            "mips64",
            "mips64-le",
            "mips64-n32",
            "mips64-le-n32",
            "parisc",
            "parisc64",
            "ppc",
            "ppc64",
            "ppc64-le",
            "riscv64",
            "s390",
        ];
        let node = self.node(value);
        for word in value.text.split_whitespace() {
            if !KNOWN.contains(&word) && word != "s390x" {
                let hint = match nearest(word, KNOWN) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write `native`".to_owned(),
                };
                return self.error(node, format!("unknown architecture {word:.40?}"), hint);
            }
            if ["x86", "x32", "arm"].contains(&word) {
                self.notes.add(node, format!("calls by another ABI ({word}) are violations here"));
            }
        }
        Ok(())
    }

    /// One `SystemCallFilter=`.
    fn filter(&mut self, value: &Value) -> Result<(), ImportError> {
        let node = self.node(value);
        if value.text.is_empty() {
            self.filter = None;
            return Ok(());
        }
        let (inverted, list) = match value.text.strip_prefix('~') {
            Some(list) => (true, list),
            None => (false, value.text.as_str()),
        };
        let mut filter = self.filter.take().unwrap_or_else(|| {
            let mut calls = BTreeMap::new();
            if !inverted {
                let default = groups::members("default").unwrap_or_default();
                let known = default.into_iter().filter_map(tables::syscall);
                calls.extend(known.map(|syscall| (syscall.name, (None, node))));
            }
            Filter { allows: !inverted, node, calls }
        });
        for word in list.split_whitespace() {
            self.word(unquoted(word), inverted, node, &mut filter)?;
        }
        self.filter = Some(filter);
        Ok(())
    }

    fn word(&mut self, word: &str, inverted: bool, node: NodeId, filter: &mut Filter) -> Result<(), ImportError> {
        let (name, instead) = match word.split_once(':') {
            Some((name, text)) => match action(text) {
                Some(action) => (name, Some(action)),
                None => {
                    let message = format!("{text:.40?} of {word:.60?} is no error number");
                    return self.error(node, message, "write a name like EPERM, a number from 1 to 4095, or `kill`");
                }
            },
            None => (word, None),
        };
        let adds = inverted != filter.allows;
        // What would be denied must be known; of what would be allowed less is stricter.
        let denies = adds != filter.allows;
        let members = match name.strip_prefix('@') {
            Some(group) => match groups::members(group) {
                Some(members) => members,
                None => {
                    let hint = match nearest(group, groups::names()) {
                        Some(near) => format!("did you mean `@{near}`?"),
                        None => "the groups are those of systemd 252".to_owned(),
                    };
                    return self.error(node, format!("unknown group {name:.60?}"), hint);
                }
            },
            None => match tables::syscall(name) {
                Some(syscall) => vec![syscall.name],
                None if elsewhere(name) => Vec::new(),
                None if denies && !filter.allows => {
                    let hint = match nearest(name, tables::syscalls().iter().map(|syscall| syscall.name)) {
                        Some(near) => format!("did you mean `{near}`? As it stands it would be let through"),
                        None => "it would be let through: take it out of the list if you mean that".to_owned(),
                    };
                    return self.error(node, format!("unknown system call {name:.60?}, which is to be denied"), hint);
                }
                None => {
                    self.notes.add(node, format!("no system call {name:.60?} is known: it is left out"));
                    Vec::new()
                }
            },
        };
        self.words += 1 + members.len();
        if self.words > MOST_WORDS {
            return self.error(node, format!("more than {MOST_WORDS} words, groups counted"), "import a shorter list");
        }
        if instead.is_some() && filter.allows && adds {
            let message = format!("{word:.60?} stands in a list of what is allowed: it is denied with that error");
            self.notes.add(node, message);
        }
        for syscall in members.into_iter().filter_map(tables::syscall) {
            if adds {
                filter.calls.insert(syscall.name, (instead, node));
            } else {
                filter.calls.remove(syscall.name);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Imported, ImportError> {
        let negative = self.error;
        let Some(filter) = self.filter.take() else {
            let hint = "without a list systemd lets everything through";
            return self.error(NodeId(0), "there is no `SystemCallFilter=`, or an empty one comes last", hint);
        };
        let default = if filter.allows { negative.action } else { Action::Allow };
        let default_node = if filter.allows { negative.node } else { filter.node };
        let mut calls = Calls::default();
        for (name, (instead, node)) in &filter.calls {
            let Some(syscall) = tables::syscall(name) else { continue };
            let action = match (filter.allows, instead) {
                (_, Some(action)) => *action,
                (true, None) => Action::Allow,
                (false, None) => negative.action,
            };
            rules(&mut calls, syscall, action, *node);
        }
        let source = Source { tool: "systemd", arches: Arch::ALL.to_vec(), default, default_node, calls };
        let def = statements(source, &self.places, &mut self.notes)?;
        Ok(Imported::new(def, self.notes, self.places))
    }
}

/// A rule on every architecture that has the call.
fn rules(calls: &mut Calls, syscall: &'static Syscall, action: Action, node: NodeId) {
    for arch in Arch::ALL.into_iter().filter(|arch| syscall.number(*arch).is_some()) {
        calls.push(syscall, arch, Arm { cond: Condition::Known(true), action, node });
    }
}

/// An error by name or number, or `kill`.
fn action(text: &str) -> Option<Action> {
    if text == "kill" {
        return Some(Action::Kill);
    }
    let number = text.parse::<u16>().ok().and_then(Errno::new);
    tables::errno(text).or(number).map(Action::Errno)
}

fn unquoted(word: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = word.strip_prefix(quote).and_then(|word| word.strip_suffix(quote)) {
            return inner;
        }
    }
    word
}

/// Whether a setting says anything but "no".
fn is_on(value: &str) -> bool {
    !["", "no", "false", "0", "off", "n", "f"].contains(&value.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests;
