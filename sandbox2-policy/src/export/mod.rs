//! Our own policies, written in other formats.
//!
//! What is exported is a [`Meaning`]: what a policy says on one architecture, `clone3` and guards against dangerous arguments
//! included. The rule for every format: the text never permits more than the policy does. What the format cannot say is said
//! stricter and told as a [`Loss`]; where it cannot be stricter either, there is an [`ExportError`]. The same meaning always
//! gives the same bytes.

pub mod oci;
pub mod systemd;

use std::fmt;

use crate::action::Action;
use crate::arch::Arch;
use crate::compare::{decided, permission, unnamed};
use crate::meaning::{Cmp, Cond, Meaning, Value};
use crate::space::{Set, Space};
use crate::tables::{self, Syscall};

/// A policy in another format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The text.
    pub text: String,
    /// What it does not say, by call.
    pub losses: Vec<Loss>,
}

/// Something that an exported text does not say; there it is stricter than the policy, or denies in another way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// The call; `None` for what concerns the policy as a whole.
    pub call: Option<String>,
    /// What is lost.
    pub message: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.call {
            Some(call) => write!(f, "{call}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Why a policy cannot be exported without permitting more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportError {
    /// The call; `None` for what concerns the policy as a whole.
    pub call: Option<String>,
    /// What the format cannot say.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = &self.call {
            write!(f, "{call}: ")?;
        }
        write!(f, "{} ({})", self.message, self.hint)
    }
}

impl core::error::Error for ExportError {}

/// A call by the name that other tools know it by, and what is decided about it.
struct Call {
    syscall: &'static Syscall,
    space: Space,
    /// What is done where; the sets exclude each other, and together are everything.
    regions: Vec<(Action, Set)>,
}

impl Call {
    /// The action of all its arguments, if it is one.
    fn whole(&self) -> Option<Action> {
        match self.regions.as_slice() {
            [(action, _)] => Some(*action),
            _ => None,
        }
    }
}

/// The calls by name that are not decided by the default alone.
fn calls(meaning: &Meaning, losses: &mut Vec<Loss>) -> Result<Vec<Call>, ExportError> {
    if meaning.calls.iter().flat_map(|call| call.rules.iter()).any(|rule| has_symbol(&rule.cond)) {
        let message = "it has values that are not known yet".to_owned();
        return Err(ExportError { call: None, message, hint: "give every slot its value first".to_owned() });
    }
    let mut found = Vec::new();
    for syscall in tables::syscalls() {
        let Some(nr) = syscall.number(meaning.arch) else { continue };
        let mut space = Space::new();
        let mut regions: Vec<(Action, Set)> = Vec::new();
        for (action, set) in decided(meaning, nr, &mut space) {
            match regions.iter_mut().find(|(known, _)| *known == action) {
                Some((_, known)) => *known = space.or(*known, set),
                None => regions.push((action, set)),
            }
        }
        if space.is_exhausted() {
            let message = "its rules are too complicated to decide".to_owned();
            let call = Some(syscall.name.to_owned());
            return Err(ExportError { call, message, hint: "use fewer or simpler conditions".to_owned() });
        }
        regions.retain(|(_, set)| *set != Set::EMPTY);
        if regions.iter().any(|(action, _)| *action != meaning.default) {
            found.push(Call { syscall, space, regions });
        }
    }
    without_names(meaning, losses)?;
    Ok(found)
}

/// What is said of numbers that have no names: no other tool can say it.
fn without_names(meaning: &Meaning, losses: &mut Vec<Loss>) -> Result<(), ExportError> {
    let default = meaning.default;
    let refused = |call: Option<String>, message: &str| {
        let hint = "deny by default, and list what is allowed".to_owned();
        Err(ExportError { call, message: message.to_owned(), hint })
    };
    let nameless = |nr: u32| tables::syscall_by_number(meaning.arch, nr).is_none();
    for call in meaning.calls.iter().filter(|call| nameless(call.nr)) {
        let name = Some(format!("syscall {}", call.nr));
        if call.rules.iter().any(|rule| permission(rule.action) < permission(default)) {
            return refused(name, "a call without a name cannot be denied, and the default lets it through");
        }
        losses
            .push(Loss { call: name, message: format!("has no name there: it is decided by the default ({default})") });
    }
    let newer = meaning.newer.iter().any(|&(first, last)| first != last || nameless(first));
    if newer && unnamed(meaning, meaning.newer[0].0) != default {
        if default.permits() {
            return refused(None, "calls newer than the baseline have no names, and the default lets them through");
        }
        let message =
            format!("calls without a name that are newer than the baseline give the default ({default}), not ENOSYS");
        losses.push(Loss { call: None, message });
    }
    Ok(())
}

fn has_symbol(cond: &Cond) -> bool {
    match cond {
        Cond::True => false,
        Cond::Cmp(Cmp { mask, value, .. }) => mask.iter().chain([value]).any(|value| matches!(value, Value::Symbol(_))),
        Cond::Not(parts) | Cond::All(parts) | Cond::Any(parts) => parts.iter().any(has_symbol),
    }
}

/// What is left of a trap's number, of NOTIFY and of LOG where the format has only the rest.
fn told(action: Action, call: Option<&str>, losses: &mut Vec<Loss>) {
    let message = match action {
        Action::Trap(data) if data != 0 => format!("TRAP({data}) loses its number"),
        Action::Notify => "NOTIFY becomes KILL: nobody would answer".to_owned(),
        _ => return,
    };
    losses.push(Loss { call: call.map(str::to_owned), message });
}

/// The losses, each once and in order.
fn sorted(mut losses: Vec<Loss>) -> Vec<Loss> {
    losses.sort();
    losses.dedup();
    losses
}

/// Names that fit into lines of this format, separated.
fn wrapped(names: &[String], separator: &str, between_lines: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for (index, name) in names.iter().enumerate() {
        if index > 0 && width + name.len() > 90 {
            text.push_str(between_lines);
            width = 0;
        } else if index > 0 {
            text.push_str(separator);
        }
        text.push_str(name);
        width += name.len() + separator.len();
    }
    text
}

/// The architecture as libseccomp names it.
fn libseccomp(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "SCMP_ARCH_X86_64",
        Arch::Aarch64 => "SCMP_ARCH_AARCH64",
        Arch::Riscv64 => "SCMP_ARCH_RISCV64",
    }
}
