//! Policies of kafel (`nsjail --seccomp_policy`).
//!
//! Kafel lists rules; for each call the first that holds decides. A policy that is used twice counts where it is used first. A
//! comparison is unsigned, of 32 bits if the argument is declared with fewer than 64 and both numbers fit, else of 64; arguments that a
//! policy declares itself have 64 bits. All of this is kept: `narrow` makes of it what the kernel reads.

mod lex;
mod parse;

use std::collections::{BTreeMap, BTreeSet};

use super::machine::{Arm, Comparison, Condition};
use super::statements::{Calls, Source, by_number, may_leave_out, statements};
use super::{ImportError, Imported, Include, Notes, Places};
use crate::action::Action;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::meaning::{CmpOp, Width};
use crate::problem::nearest;
use crate::tables::{self, Arg, Syscall};
use parse::{Bool, Entry, Filter, Number, Policies, Target};

/// How a kafel policy is imported.
#[derive(Clone, Copy)]
pub struct Kafel<'o> {
    /// For which architectures; all by default.
    pub arches: &'o [Arch],
    /// The text of an included file, by the name in the `#include`; none by default.
    pub include: Option<Include<'o>>,
}

impl Default for Kafel<'_> {
    fn default() -> Self {
        Kafel { arches: &Arch::ALL, include: None }
    }
}

impl std::fmt::Debug for Kafel<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kafel").field("arches", &self.arches).finish_non_exhaustive()
    }
}

/// Reads a kafel policy.
///
/// # Errors
/// What is not of kafel's language, and what could permit more here than there: see `docs/IMPORT.md`.
///
/// # References
/// kafel's README and grammar, as of April 2026.
pub fn import(text: &str, options: &Kafel<'_>) -> Result<Imported, ImportError> {
    let mut places = Places::new();
    let tokens = lex::lex(text, options, &mut places)?;
    let mut notes = Notes::default();
    let policies = parse::parse(&tokens, &mut places, &mut notes)?;
    let (default, default_node) = policies.default.unwrap_or((Action::Kill, NodeId(0)));
    let mut lower = Lower { places: &places, notes: &mut notes, default, calls: Calls::default() };
    for arch in options.arches {
        lower.policy(&policies, *arch)?;
    }
    let calls = lower.calls;
    let source = Source { tool: "kafel", arches: options.arches.to_vec(), default, default_node, calls };
    let def = statements(source, &places, &mut notes)?;
    Ok(Imported::new(def, notes, places))
}

/// Names that kafel has and the kernel's tables have not.
const ALIASES: [(&str, &str); 8] = [
    ("newfstat", "fstat"),
    ("newlstat", "lstat"),
    ("newstat", "stat"),
    ("newuname", "uname"),
    ("sendfile64", "sendfile"),
    ("sysctl", "_sysctl"),
    ("umount", "umount2"),
    ("sync_file_range2", "sync_file_range"),
];

/// Calls whose arguments kafel lists in another order or width than the kernel has them: by name it compares something else
/// than it says.
const ASTRAY: [&str; 15] = [
    "file_getattr",
    "file_setattr",
    "futex_requeue",
    "futex_wait",
    "futex_wake",
    "getxattrat",
    "listmount",
    "listxattrat",
    "lsm_set_self_attr",
    "mseal",
    "pkey_alloc",
    "removexattrat",
    "set_mempolicy_home_node",
    "setxattrat",
    "statmount",
];

/// The call of that name.
fn syscall(name: &str) -> Option<&'static Syscall> {
    let alias = ALIASES.iter().find(|alias| alias.0 == name).map(|alias| alias.1);
    tables::syscall(alias.unwrap_or(name))
}

struct Lower<'l> {
    places: &'l Places,
    notes: &'l mut Notes,
    default: Action,
    calls: Calls,
}

impl Lower<'_> {
    /// The rules of the whole policy on `arch`, in kafel's order.
    fn policy(&mut self, policies: &Policies, arch: Arch) -> Result<(), ImportError> {
        let mut used = BTreeSet::new();
        let mut stack = vec![policies.main.iter()];
        while let Some(entries) = stack.last_mut() {
            match entries.next() {
                None => {
                    stack.pop();
                }
                Some(Entry::Use(index)) => {
                    if used.insert(*index) {
                        stack.extend(policies.list.get(*index).map(|policy| policy.1.iter()));
                    }
                }
                Some(Entry::Block(action, filters)) => {
                    for filter in filters {
                        self.filter(filter, *action, arch)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn filter(&mut self, filter: &Filter, action: Action, arch: Arch) -> Result<(), ImportError> {
        if filter.arches.as_ref().is_some_and(|arches| !arches.contains(&arch)) {
            return Ok(());
        }
        let syscall = match filter.target {
            // Kafel refuses a name that the architecture lacks; here the rule counts where the call exists.
            Target::Name(syscall) if syscall.number(arch).is_none() => return Ok(()),
            Target::Name(syscall) => syscall,
            // The kernel's numbers are of 32 bits, and kafel's constants of 64.
            Target::Number(number) => match by_number(arch, number & 0xffff_ffff) {
                Ok(syscall) => syscall,
                Err(why) if may_leave_out(action, self.default) => {
                    self.notes.add(
                        filter.node,
                        format!("the rule about call {number:#x} on {} is left out: {why}", arch.name()),
                    );
                    return Ok(());
                }
                Err(why) => {
                    let message = format!("call {number:#x} on {}: {why}", arch.name());
                    return Err(self.places.error(filter.node, message, "leave the rule out"));
                }
            },
        };
        let arguments = self.arguments(filter, syscall, arch);
        let cond = match &filter.cond {
            Some(cond) => self.cond(cond, &arguments)?,
            None => Condition::Known(true),
        };
        self.calls.push(syscall, arch, Arm { cond, action, node: filter.node });
        Ok(())
    }

    fn arguments(&self, filter: &Filter, syscall: &'static Syscall, arch: Arch) -> Arguments {
        let wide = |arg: &Arg| arg.width == Width::W64 || arg.narrowed;
        let index = |index: usize| u8::try_from(index).unwrap_or(u8::MAX);
        let by_name = match (&filter.args, filter.target) {
            (Some(names), _) => names.iter().enumerate().map(|(at, name)| (name.clone(), (index(at), true))).collect(),
            (None, Target::Number(_)) => BTreeMap::new(),
            (None, Target::Name(_)) => {
                let args = syscall.args(arch).unwrap_or_default();
                args.iter().enumerate().map(|(at, arg)| (arg.name.to_owned(), (index(at), wide(arg)))).collect()
            }
        };
        Arguments { by_name, declared: filter.args.is_some(), call: syscall.name }
    }

    fn cond(&self, cond: &Bool, args: &Arguments) -> Result<Condition, ImportError> {
        let all = |parts: &[Bool]| parts.iter().map(|part| self.cond(part, args)).collect::<Result<_, _>>();
        Ok(match cond {
            Bool::Not(inner) => Condition::Not(Box::new(self.cond(inner, args)?)),
            Bool::All(parts) => Condition::All(all(parts)?),
            Bool::Any(parts) => Condition::Any(all(parts)?),
            Bool::Cmp(left, op, right, node) => {
                let (left, right) = (self.number(left, args)?, self.number(right, args)?);
                self.comparison(left, *op, right, *node)?
            }
        })
    }

    fn comparison(&self, left: Affine, op: CmpOp, right: Affine, node: NodeId) -> Result<Condition, ImportError> {
        let wide = left.wide || right.wide;
        let (arg, register, op, value) = match (left.arg, right.arg) {
            (Some(arg), None) => (arg, left, op, right.set),
            (None, Some(arg)) => (arg, right, mirrored(op), left.set),
            (None, None) => {
                let never =
                    Comparison { arg: 0, wide, keep: 0, set: left.set, op, value: right.set, words: Vec::new(), node };
                return Ok(Condition::Known(known(&never)));
            }
            (Some(_), Some(_)) => {
                let message = "two arguments are compared with each other";
                return Err(self.places.error(node, message, "compare each with a number: no rule here can say more"));
            }
        };
        let Affine { keep, set, .. } = register;
        Ok(Condition::Cmp(Comparison { arg, wide, keep, set, op, value, words: Vec::new(), node }))
    }

    fn number(&self, number: &Number, args: &Arguments) -> Result<Affine, ImportError> {
        match number {
            Number::Known(value) => Ok(Affine::known(*value)),
            Number::Name(name, node) => self.argument(name, *node, args),
            Number::Or(parts, node) => self.combined(parts, *node, args, Affine::or),
            Number::And(parts, node) => self.combined(parts, *node, args, Affine::and),
        }
    }

    /// From left to right.
    fn combined(
        &self,
        parts: &[Number],
        node: NodeId,
        args: &Arguments,
        with: fn(Affine, Affine, &Places, NodeId) -> Result<Affine, ImportError>,
    ) -> Result<Affine, ImportError> {
        let mut parts = parts.iter().map(|part| self.number(part, args));
        let first = parts.next().unwrap_or(Ok(Affine::known(0)))?;
        parts.try_fold(first, |left, right| with(left, right?, self.places, node))
    }

    fn argument(&self, name: &str, node: NodeId, args: &Arguments) -> Result<Affine, ImportError> {
        let call = args.call;
        let declare = format!("declare the arguments: `{call}(first, second) {{ … }}`");
        let Some((arg, wide)) = args.by_name.get(name).copied() else {
            let known = args.by_name.keys().map(String::as_str);
            let hint = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if args.by_name.is_empty() => declare,
                None => format!("its arguments are {}; or {declare}", known.collect::<Vec<_>>().join(", ")),
            };
            let message = format!("`{name:.60}` is neither a constant of the policy nor an argument of `{call}`");
            return Err(self.places.error(node, message, hint));
        };
        let astray = ASTRAY.contains(&call) || call == "clone" && matches!(name, "tls" | "child_tidptr");
        if astray && !args.declared {
            let message =
                format!("kafel and the kernel do not agree which argument of `{call}` is `{name}`, or how wide it is");
            return Err(self.places.error(node, message, declare));
        }
        Ok(Affine { arg: Some(arg), keep: u64::MAX, set: 0, wide })
    }
}

/// The arguments of a call by name.
struct Arguments {
    /// Each with its place and whether it is of 64 bits to kafel.
    by_name: BTreeMap<String, (u8, bool)>,
    /// Whether the policy declares them.
    declared: bool,
    call: &'static str,
}

/// `argument & keep | set`; a number is only `set`.
#[derive(Clone, Copy)]
struct Affine {
    arg: Option<u8>,
    keep: u64,
    set: u64,
    /// Whether it makes a comparison one of 64 bits.
    wide: bool,
}

impl Affine {
    fn known(value: u64) -> Affine {
        Affine { arg: None, keep: 0, set: value, wide: value > u64::from(u32::MAX) }
    }

    /// One with the argument, if any, and a number.
    fn with_number(self, other: Affine, places: &Places, node: NodeId) -> Result<(Affine, u64), ImportError> {
        match (self.arg, other.arg) {
            (_, None) => Ok((self, other.set)),
            (None, Some(_)) => Ok((other, self.set)),
            (Some(_), Some(_)) => {
                let message = "two arguments are combined";
                Err(places.error(node, message, "compare each with a number: no rule here can say more"))
            }
        }
    }

    fn or(self, other: Affine, places: &Places, node: NodeId) -> Result<Affine, ImportError> {
        let (register, number) = self.with_number(other, places, node)?;
        if register.arg.is_none() || number == u64::MAX {
            return Ok(Affine::known(register.set | number));
        }
        let wide = register.wide || number > u64::from(u32::MAX);
        Ok(Affine { keep: register.keep & !number, set: register.set | number, wide, ..register })
    }

    fn and(self, other: Affine, places: &Places, node: NodeId) -> Result<Affine, ImportError> {
        let (register, number) = self.with_number(other, places, node)?;
        if register.arg.is_none() || number == 0 {
            return Ok(Affine::known(register.set & number));
        }
        let wide = register.wide || number > u64::from(u32::MAX) && number != u64::MAX;
        Ok(Affine { keep: register.keep & number, set: register.set & number, wide, ..register })
    }
}

/// The same with both sides swapped.
fn mirrored(op: CmpOp) -> CmpOp {
    match op {
        CmpOp::Lt => CmpOp::Gt,
        CmpOp::Le => CmpOp::Ge,
        CmpOp::Gt => CmpOp::Lt,
        CmpOp::Ge => CmpOp::Le,
        op => op,
    }
}

/// A comparison of two numbers.
fn known(cmp: &Comparison) -> bool {
    let (left, right) = (cmp.set, cmp.value);
    match cmp.op {
        CmpOp::Eq => left == right,
        CmpOp::Ne => left != right,
        CmpOp::Lt => left < right,
        CmpOp::Le => left <= right,
        CmpOp::Gt => left > right,
        CmpOp::Ge => left >= right,
    }
}

#[cfg(test)]
mod tests;
