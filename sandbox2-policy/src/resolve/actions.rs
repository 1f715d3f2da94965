//! Actions: their error numbers and trap numbers.

use super::Resolver;
use crate::action::{Action, Errno};
use crate::ast::{ActionKind, ActionSpec, ValueSpec};
use crate::problem::{ProblemKind, nearest};
use crate::tables;

impl Resolver<'_> {
    pub(super) fn action(&mut self, spec: &ActionSpec) -> Option<Action> {
        match &spec.kind {
            ActionKind::Allow => Some(Action::Allow),
            ActionKind::Kill => Some(Action::Kill),
            ActionKind::Log => Some(Action::Log),
            ActionKind::Notify => Some(Action::Notify),
            ActionKind::Errno(value) => self.errno(value).map(Action::Errno),
            ActionKind::Trap(value) => self.trap(value).map(Action::Trap),
        }
    }

    fn errno(&mut self, value: &ValueSpec) -> Option<Errno> {
        match value {
            ValueSpec::Constant(name) => {
                let found = tables::errno(&name.text);
                if found.is_none() {
                    let names = tables::errnos().iter().map(|(name, _)| *name);
                    let hint = match nearest(&name.text, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "names are those of errno(3): EPERM, ENOENT, ENOSYS; or write the number".to_owned(),
                    };
                    let message = format!("unknown error `{}`", name.text);
                    self.problems.report(ProblemKind::UnknownErrno, name.node, message, hint);
                }
                found
            }
            ValueSpec::Int { value, text, node, .. } => {
                let found = u16::try_from(*value).ok().and_then(Errno::new);
                if found.is_none() {
                    self.problems.report(
                        ProblemKind::ErrnoRange,
                        *node,
                        format!("{text} is no error number"),
                        "error numbers go from 1 to 4095; a call that shall succeed with 0 cannot be had from a filter",
                    );
                }
                found
            }
            other => self.not_constant(other, "an error"),
        }
    }

    fn trap(&mut self, value: &ValueSpec) -> Option<u16> {
        match value {
            ValueSpec::Int { value, text, node, .. } => {
                let found = u16::try_from(*value).ok();
                if found.is_none() {
                    self.problems.report(
                        ProblemKind::TrapRange,
                        *node,
                        format!("{text} does not fit into the 16 bits that TRAP delivers"),
                        "write a number from 0 to 65535; the signal handler finds it in si_errno",
                    );
                }
                found
            }
            other => self.not_constant(other, "a TRAP number"),
        }
    }

    fn not_constant<T>(&mut self, value: &ValueSpec, what: &str) -> Option<T> {
        self.problems.report(
            ProblemKind::NotConstant,
            value.node(),
            format!("`{value}` is not {what} that the macro can read"),
            "write a number or a single name",
        );
        None
    }
}
