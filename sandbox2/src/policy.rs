//! A compiled policy: what `policy!` emits, and what is built at run time.

mod apply;
mod builder;
mod compare;
#[cfg(feature = "formats")]
mod export;
#[cfg(feature = "formats")]
mod import;
mod parts;
mod slots;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::encoding::{self, Origin};
use sandbox2_policy::insn::{Insn, SeccompData};
use sandbox2_policy::meaning::Meaning;
use sandbox2_policy::reference::evaluate;
pub(crate) use sandbox2_policy::reference::{Decider, Decision};

pub use apply::ApplyError;
pub use builder::PolicyBuilder;
pub use compare::NotSubset;
#[cfg(feature = "formats")]
pub use export::ExportFailed;
#[cfg(feature = "formats")]
pub use import::{ImportFailed, ImportedPolicy};
pub use parts::{Patch, PolicyParts, SlotPart};
pub use slots::{SlotError, SlotValue};
pub use text::{PolicyError, PolicyErrors, PolicyFileError};

/// A policy that was checked, compiled and validated: by [`policy!`](crate::policy) while your program compiled, or at run
/// time. Cheap to clone.
#[derive(Clone)]
pub struct Policy {
    repr: Repr,
}

#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "the large one is the one that is `static`")]
enum Repr {
    /// All of it is `static`.
    Static(PolicyParts),
    Shared(Arc<PolicyParts>),
}

impl Policy {
    #[doc(hidden)]
    #[must_use]
    pub const fn from_parts(parts: PolicyParts) -> Policy {
        Policy { repr: Repr::Static(parts) }
    }

    pub(crate) fn shared(parts: PolicyParts) -> Policy {
        Policy { repr: Repr::Shared(Arc::new(parts)) }
    }

    pub(crate) fn parts(&self) -> &PolicyParts {
        match &self.repr {
            Repr::Static(parts) => parts,
            Repr::Shared(parts) => parts,
        }
    }

    /// The value of a Rust constant in the policy, for a policy that imports this one.
    #[doc(hidden)]
    #[must_use]
    pub const fn __expression(&self, index: usize) -> i128 {
        match &self.repr {
            Repr::Static(parts) => parts.exprs[index],
            Repr::Shared(_) => panic!("only a policy that `policy!` made can be imported"),
        }
    }

    /// The policy's name: that of its `static`; `None` for the expression form of `policy!`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.parts().name.as_deref()
    }

    /// The architecture that its programs are for.
    #[must_use]
    pub fn arch(&self) -> Arch {
        self.parts().arch
    }

    /// The validated program for that architecture and kind of supervision.
    ///
    /// That for the policy's own architecture is at hand; for another it is compiled and validated now, from the same rules.
    ///
    /// # Errors
    /// If the policy has a slot without a value, or the program of another architecture cannot be made.
    pub fn program(&self, arch: Arch, supervision: Supervision) -> Result<Cow<'_, [Insn]>, ProgramError> {
        if let Some(slot) = self.unbound_slot() {
            return Err(ProgramError::UnboundSlot(slot.to_owned()));
        }
        let parts = self.parts();
        if arch == parts.arch {
            return Ok(Cow::Borrowed(&parts.programs[index_of(supervision)]));
        }
        let meaning = self.meaning_for(arch);
        let program = sandbox2_policy::compile::compile(&meaning, supervision, &[])
            .map_err(|error| ProgramError::Compile(error.to_string()))?;
        sandbox2_policy::validate::validate(&meaning, &program)
            .map_err(|refutation| ProgramError::Compile(refutation.to_string()))?;
        Ok(Cow::Owned(program.bind(&parts.symbols)))
    }

    /// A listing of the program for that architecture and kind of supervision, one numbered instruction a line.
    ///
    /// # Errors
    /// As [`program`](Self::program).
    pub fn disassemble(&self, arch: Arch, supervision: Supervision) -> Result<String, ProgramError> {
        Ok(sandbox2_policy::disassemble::listing(arch, &self.program(arch, supervision)?))
    }

    /// The program for the kernel at hand; empty if there is none.
    pub(crate) fn native_program(&self, supervision: Supervision) -> &[Insn] {
        match self.unbound_slot() {
            Some(_) => &[],
            None => &self.parts().programs[index_of(supervision)],
        }
    }

    /// What the policy says about that call, and which rule said so.
    pub(crate) fn decide(&self, data: &SeccompData) -> Decision {
        evaluate(&self.meaning(), data, &self.parts().symbols)
    }

    /// What it means on its own architecture.
    pub(crate) fn meaning(&self) -> Meaning {
        self.meaning_for(self.arch())
    }

    /// What it means on `arch`. Bytes that are not the macro's own mean that nothing is allowed.
    pub(crate) fn meaning_for(&self, arch: Arch) -> Meaning {
        let decoded = encoding::decode(&self.parts().meanings[arch.index()]);
        decoded.filter(|meaning| meaning.arch == arch).unwrap_or(Meaning {
            arch,
            calls: Cow::Borrowed(&[]),
            newer: Cow::Borrowed(&[]),
            default: Action::Kill,
        })
    }

    /// Where its rules were written, by number.
    pub(crate) fn origins(&self) -> Vec<Origin> {
        encoding::decode_origins(&self.parts().origins).unwrap_or_default()
    }

    /// Where its default was written; `None` for the implicit KILL.
    pub(crate) fn default_origin(&self) -> Option<Origin> {
        let index = self.parts().default_origin?;
        self.origins().into_iter().nth(usize::from(index))
    }
}

fn index_of(supervision: Supervision) -> usize {
    match supervision {
        Supervision::Standalone => 0,
        Supervision::Supervised => 1,
        Supervision::Traced => 2,
    }
}

/// A policy has no program of that kind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// A slot has no value.
    #[error("the slot `{0}` has no value: give it one with `Policy::with_slot`")]
    UnboundSlot(String),
    /// It could not be compiled or proved.
    #[error("the program cannot be made: {0}")]
    Compile(String),
}

/// Copies a policy.
impl From<&Policy> for Policy {
    fn from(policy: &Policy) -> Policy {
        policy.clone()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("name", &self.name()).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Policies by hand.
    use sandbox2_policy::meaning::{CallRules, Cmp, CmpOp, Cond, OriginId, Rule, Value, Width};
    use sandbox2_policy::surroundings::Network;

    use super::*;

    pub(crate) fn origin() -> Origin {
        Origin { line: 3, column: 5, text: "ALLOW something;".to_owned(), group: None, file: None }
    }

    pub(crate) fn rule(action: Action) -> Rule {
        Rule { cond: Cond::True, action, origin: OriginId(0) }
    }

    pub(crate) fn when(arg: u8, value: u64, action: Action) -> Rule {
        let cmp = Cmp { arg, width: Width::W32, signed: false, mask: None, op: CmpOp::Eq, value: Value::Known(value) };
        Rule { cond: Cond::Cmp(cmp), action, origin: OriginId(0) }
    }

    pub(crate) fn call(nr: libc::c_long, rules: Vec<Rule>) -> CallRules {
        CallRules { nr: u32::try_from(nr).unwrap(), rules: rules.into() }
    }

    pub(crate) fn parts(default: Action, mut calls: Vec<CallRules>) -> PolicyParts {
        calls.sort_by_key(|call| call.nr);
        let arch = Arch::native().unwrap();
        let meaning = encoding::encode(&Meaning { arch, calls: calls.into(), newer: Cow::Borrowed(&[]), default });
        PolicyParts {
            name: Some(Cow::Borrowed("TESTED")),
            file: Cow::Borrowed("src/policies.rs"),
            line: 2,
            arch,
            meanings: [0, 1, 2].map(|_| Cow::Owned(meaning.clone())),
            symbols: Cow::Borrowed(&[]),
            exprs: &[],
            slots: Cow::Borrowed(&[]),
            origins: encoding::encode_origins(&[origin()]).into(),
            default_origin: None,
            programs: [Cow::Borrowed(&[]), Cow::Borrowed(&[]), Cow::Borrowed(&[])],
            patches: [Cow::Borrowed(&[]), Cow::Borrowed(&[]), Cow::Borrowed(&[])],
            mounts: Cow::Borrowed(&[]),
            hostname: None,
            network: Network::None,
        }
    }

    pub(crate) fn policy(default: Action, calls: Vec<CallRules>) -> Policy {
        Policy::from_parts(parts(default, calls))
    }

    #[test]
    fn a_policy_without_a_program_is_not_put_in_force() {
        assert!(matches!(policy(Action::Kill, vec![]).apply_to_current_thread(), Err(ApplyError::Empty)));
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        let policy = policy(Action::Kill, vec![call(1, vec![when(0, 1, Action::Allow), rule(Action::Log)])]);
        let data = |fd| SeccompData {
            nr: 1,
            arch: policy.arch().audit(),
            args: [fd, 0, 0, 0, 0, 0],
            ..SeccompData::default()
        };
        assert_eq!(policy.decide(&data(1)).action, Action::Allow);
        assert_eq!(policy.decide(&data(2)).action, Action::Log);
        assert_eq!(policy.decide(&SeccompData { nr: 2, ..data(1) }).action, Action::Kill);
    }
}
