//! Policies of minijail (`minijail0 -S`, and what its compiler makes into a program).
//!
//! Two programs read this format. libminijail's own parser and the compiler `compile_seccomp_policy` agree on most of it and
//! contradict each other on the rest: `read: arg0 == 1; return EPERM` *allows* a read of descriptor 1 to the one and denies it
//! to the other. Where they differ, whoever imports says which of them the policy was written for.
//!
//! Comparisons are unsigned and of whole registers: `narrow` makes of it what the kernel reads.

mod lex;
mod parse;
mod values;

use std::collections::BTreeMap;

use super::machine::{Arm, Condition};
use super::statements::{Calls, Source, by_number, may_leave_out, statements};
use super::{ImportError, Imported, Include, Notes, Places};
use crate::action::Action;
use crate::arch::Arch;
use crate::ast::NodeId;
use crate::tables::{self, Syscall};
use parse::{Rule, Statement, Target};

/// Which of minijail's two readers a policy was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinijailTool {
    /// libminijail, `minijail0 -S`: a condition allows, what follows `;` is for the rest.
    Library,
    /// `compile_seccomp_policy.py`: what follows `;` is for the condition.
    Compiler,
}

/// How a minijail policy is imported.
#[derive(Clone, Copy)]
pub struct Minijail<'o> {
    /// For which architectures; all by default.
    pub arches: &'o [Arch],
    /// Which program the policy is for; `None`, the default, takes only what both read the same way.
    pub tool: Option<MinijailTool>,
    /// The text of a file that `@include` names; none by default.
    pub include: Option<Include<'o>>,
}

impl Default for Minijail<'_> {
    fn default() -> Self {
        Minijail { arches: &Arch::ALL, tool: None, include: None }
    }
}

impl std::fmt::Debug for Minijail<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minijail").field("arches", &self.arches).field("tool", &self.tool).finish_non_exhaustive()
    }
}

/// Reads a minijail policy.
///
/// # Errors
/// What is not of the format, and what could permit more here than there: see `docs/IMPORT.md`.
///
/// # References
/// `minijail0(5)`, minijail's `tools/README.md`
pub fn import(text: &str, options: &Minijail<'_>) -> Result<Imported, ImportError> {
    let mut places = Places::new();
    let mut notes = Notes::default();
    let read = parse::parse(text, options, &mut places, &mut notes)?;
    let mut calls = Calls::default();
    for arch in options.arches {
        let mut lower = Lower { read: &read, options, places: &places, notes: &mut notes, arch: *arch };
        for (syscall, arms) in lower.rules()? {
            for arm in arms {
                calls.push(syscall, *arch, arm);
            }
        }
    }
    let parse::Read { default, default_node, .. } = read;
    let source = Source { tool: "minijail", arches: options.arches.to_vec(), default, default_node, calls };
    let def = statements(source, &places, &mut notes)?;
    Ok(Imported::new(def, notes, places))
}

struct Lower<'l> {
    read: &'l parse::Read,
    options: &'l Minijail<'l>,
    places: &'l Places,
    notes: &'l mut Notes,
    arch: Arch,
}

type Rules = Vec<(&'static Syscall, Vec<Arm>)>;

impl Lower<'_> {
    fn rules(&mut self) -> Result<Rules, ImportError> {
        let mut rules: Rules = Vec::new();
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        for statement in &self.read.statements {
            let mut arms: Option<Vec<Arm>> = None;
            for target in &statement.targets {
                let Some(syscall) = self.target(target, statement)? else { continue };
                if arms.is_none() {
                    arms = Some(self.arms(statement)?);
                }
                let new = arms.clone().unwrap_or_default();
                match index.get(syscall.name) {
                    None => {
                        index.insert(syscall.name, rules.len());
                        rules.push((syscall, new));
                    }
                    Some(known) => {
                        let known = &mut rules[*known].1;
                        self.again(syscall, target.node, known, new)?;
                    }
                }
            }
        }
        if self.options.tool != Some(MinijailTool::Library) {
            for (syscall, arms) in &rules {
                self.final_allow(syscall, arms);
            }
        }
        Ok(rules)
    }

    /// A call for which a statement has been before.
    fn again(
        &mut self,
        syscall: &Syscall,
        node: NodeId,
        known: &mut Vec<Arm>,
        new: Vec<Arm>,
    ) -> Result<(), ImportError> {
        let name = syscall.name;
        match self.options.tool {
            None => Err(self.places.error(
                node,
                format!("`{name}` is said twice: to libminijail only the first counts, to minijail's compiler both do"),
                "say for which of the two the policy was written, by the option `tool`",
            )),
            Some(MinijailTool::Library) => {
                self.notes.add(
                    node,
                    format!("this second line about `{name}` is left out: to libminijail the first decides"),
                );
                Ok(())
            }
            Some(MinijailTool::Compiler) if known.iter().any(|arm| arm.cond == Condition::Known(true)) => {
                Err(self.places.error(
                    node,
                    format!("`{name}` has been decided already"),
                    "minijail refuses this as well: leave one out",
                ))
            }
            Some(MinijailTool::Compiler) => {
                known.extend(new);
                Ok(())
            }
        }
    }

    /// Minijail's compiler takes a call that ends in an allow for one that is allowed, whatever comes before.
    fn final_allow(&mut self, syscall: &Syscall, arms: &[Arm]) {
        let [before @ .., last] = arms else { return };
        let everything = last.cond == Condition::Known(true) && last.action == Action::Allow;
        if everything && !self.read.denylist && before.iter().any(|arm| arm.action != Action::Allow) {
            let text = format!(
                "here the conditions of `{}` hold; minijail's compiler forgets all that comes before a last `allow`",
                syscall.name
            );
            self.notes.add(last.node, text);
        }
    }

    fn target(&mut self, target: &Target, statement: &Statement) -> Result<Option<&'static Syscall>, ImportError> {
        if target.arches.as_ref().is_some_and(|arches| !arches.contains(&self.arch)) {
            return Ok(None);
        }
        let Ok(number) = target.name.parse::<u64>() else {
            return Ok(tables::syscall(&target.name).filter(|syscall| syscall.number(self.arch).is_some()));
        };
        let harmless = |rule: &Rule| may_leave_out(rule.action, self.read.default);
        match by_number(self.arch, number) {
            Ok(syscall) => Ok(Some(syscall)),
            Err(why) if statement.rules.iter().all(harmless) => {
                self.notes.add(
                    target.node,
                    format!("the rule about call {number} on {} is left out: {why}", self.arch.name()),
                );
                Ok(None)
            }
            Err(why) => {
                let message = format!("call {number} on {}: {why}", self.arch.name());
                Err(self.places.error(target.node, message, "leave the rule out"))
            }
        }
    }

    fn arms(&mut self, statement: &Statement) -> Result<Vec<Arm>, ImportError> {
        let arm = |rule: &Rule| {
            let cond = match &rule.cond {
                None => Condition::Known(true),
                Some(clauses) => {
                    let clauses = clauses.iter().map(|atoms| {
                        let atoms = atoms.iter().map(|atom| values::comparison(atom, self.arch, self.places));
                        Ok(Condition::All(atoms.collect::<Result<_, ImportError>>()?))
                    });
                    Condition::Any(clauses.collect::<Result<_, ImportError>>()?)
                }
            };
            Ok(Arm { cond, action: rule.action, node: rule.node })
        };
        statement.rules.iter().map(arm).collect()
    }
}

#[cfg(test)]
mod tests;
