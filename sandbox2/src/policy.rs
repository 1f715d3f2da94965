//! A compiled policy: what `policy!` emits.

use std::borrow::Cow;
use std::fmt;

use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::encoding;
use sandbox2_policy::insn::{Insn, SeccompData};
use sandbox2_policy::meaning::Meaning;
use sandbox2_policy::reference::evaluate;
pub(crate) use sandbox2_policy::reference::{Decider, Decision};
use sandbox2_policy::surroundings::{Mount, Network};

/// A policy that was checked, compiled and validated; made by [`policy!`](crate::policy).
#[derive(Clone)]
pub struct Policy {
    parts: PolicyParts,
}

/// What `policy!` fills in. Not public interface: it changes without notice.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct PolicyParts {
    /// The policy's name; `None` for the expression form.
    pub name: Option<&'static str>,
    /// The source file with the `policy!`.
    pub file: &'static str,
    /// The line in it on which the policy begins.
    pub line: u32,
    /// What it means on the architecture it was compiled for: `sandbox2_policy::encoding`.
    pub meaning: &'static [u8],
    /// The values of the Rust constants in it.
    pub symbols: &'static [u64],
    /// Where its rules were written; an `OriginId` is an index into this.
    pub origins: &'static [Origin],
    /// Where the default was written; `None` for the implicit KILL.
    pub default_origin: Option<Origin>,
    /// The three programs by `Supervision`: standalone, supervised, traced.
    pub programs: [&'static [Insn]; 3],
    /// The sandboxee's files.
    pub mounts: &'static [Mount],
    /// Its host name.
    pub hostname: Option<&'static str>,
    /// Its network.
    pub network: Network,
}

/// A place in a policy's source.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The line in the file, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The rule, in the policy language.
    pub text: &'static str,
    /// The group it came from; `None` if the user wrote it.
    pub group: Option<&'static str>,
}

impl Policy {
    #[doc(hidden)]
    #[must_use]
    pub const fn from_parts(parts: PolicyParts) -> Policy {
        Policy { parts }
    }

    pub(crate) const fn parts(&self) -> &PolicyParts {
        &self.parts
    }

    /// The name of the `static`; `None` for the expression form of `policy!`.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        self.parts.name
    }

    /// The architecture that it was compiled for.
    #[must_use]
    pub const fn arch(&self) -> Arch {
        match self.parts.meaning {
            [1, ..] => Arch::Aarch64,
            [2, ..] => Arch::Riscv64,
            _ => Arch::X86_64,
        }
    }

    /// The validated program for that kind of supervision.
    #[must_use]
    pub const fn program(&self, supervision: Supervision) -> &'static [Insn] {
        match supervision {
            Supervision::Standalone => self.parts.programs[0],
            Supervision::Supervised => self.parts.programs[1],
            Supervision::Traced => self.parts.programs[2],
        }
    }

    /// What the policy says about that call: its meaning, not what its program returns.
    #[must_use]
    pub fn evaluate(&self, data: &SeccompData) -> Action {
        self.decide(data).action
    }

    /// What the policy says about that call, and which rule said so.
    pub(crate) fn decide(&self, data: &SeccompData) -> Decision {
        evaluate(&self.meaning(), data, self.parts.symbols)
    }

    /// What it means on its architecture. Bytes that are not the macro's own mean that nothing is allowed.
    pub(crate) fn meaning(&self) -> Meaning {
        encoding::decode(self.parts.meaning).unwrap_or_else(|| Meaning {
            arch: self.arch(),
            calls: Cow::Borrowed(&[]),
            newer: Cow::Borrowed(&[]),
            default: Action::Kill,
        })
    }

    /// Puts the policy in force for the calling thread, and for every thread and program that it will start: for good.
    ///
    /// Only the system calls: files, network and limits are for a sandboxee that [`Sandbox2`](crate::Sandbox2) starts.
    /// Nobody supervises, so a violation kills the process at once (`SIGSYS`). `no_new_privs` is set first.
    ///
    /// # Errors
    /// If the policy is for another architecture, or the kernel refuses it; then nothing has changed but, perhaps,
    /// `no_new_privs`.
    ///
    /// # References
    /// `seccomp(2)`, `PR_SET_NO_NEW_PRIVS`
    pub fn apply_to_current_thread(&self) -> Result<(), ApplyError> {
        seccompiler::apply_filter(&self.standalone()?).map_err(ApplyError::from_seccompiler)
    }

    /// As [`apply_to_current_thread`](Self::apply_to_current_thread), but for every thread of this process.
    ///
    /// # Errors
    /// As there, and [`ApplyError::Thread`] if a thread has a filter that this one did not start from; then no thread has
    /// changed.
    pub fn apply_to_process(&self) -> Result<(), ApplyError> {
        seccompiler::apply_filter_all_threads(&self.standalone()?).map_err(ApplyError::from_seccompiler)
    }

    fn standalone(&self) -> Result<seccompiler::BpfProgram, ApplyError> {
        if Arch::native() != Some(self.arch()) {
            return Err(ApplyError::Arch { compiled_for: self.arch() });
        }
        let convert = |insn: &Insn| seccompiler::sock_filter { code: insn.code, jt: insn.jt, jf: insn.jf, k: insn.k };
        Ok(self.program(Supervision::Standalone).iter().map(convert).collect())
    }
}

/// Copies a policy; cheap for one that `policy!` made, since all of it is `static`.
impl From<&Policy> for Policy {
    fn from(policy: &Policy) -> Policy {
        policy.clone()
    }
}

/// A policy could not be put in force in this process.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The policy is for another architecture than this process.
    #[error("the policy was compiled for {}, but this process is not", .compiled_for.name())]
    Arch {
        /// The policy's architecture.
        compiled_for: Arch,
    },
    /// The policy has no program.
    #[error("the policy has no program")]
    Empty,
    /// `no_new_privs` could not be set.
    #[error("cannot set no_new_privs")]
    NoNewPrivileges(#[source] std::io::Error),
    /// The kernel refused the program.
    #[error("the kernel does not take the policy's filter (a kernel with CONFIG_SECCOMP_FILTER is needed)")]
    Filter(#[source] std::io::Error),
    /// A thread of this process has a filter of its own, so that the policy cannot be given to all of them.
    #[error("thread {tid} has a seccomp filter of its own; apply the policy before that thread installs one")]
    Thread {
        /// That thread.
        tid: i64,
    },
    /// Anything else.
    #[error("cannot install the policy's filter: {0}")]
    Other(String),
}

impl ApplyError {
    fn from_seccompiler(error: seccompiler::Error) -> ApplyError {
        match error {
            seccompiler::Error::EmptyFilter => ApplyError::Empty,
            seccompiler::Error::Prctl(error) => ApplyError::NoNewPrivileges(error),
            seccompiler::Error::Seccomp(error) => ApplyError::Filter(error),
            seccompiler::Error::ThreadSync(tid) => ApplyError::Thread { tid },
            other => ApplyError::Other(other.to_string()),
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("name", &self.parts.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Policies by hand.
    use sandbox2_policy::meaning::{CallRules, Cmp, CmpOp, Cond, OriginId, Rule, Value, Width};

    use super::*;

    pub(crate) const ORIGIN: Origin = Origin { line: 3, column: 5, text: "ALLOW something;", group: None };

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

    pub(crate) fn policy(default: Action, mut calls: Vec<CallRules>) -> Policy {
        calls.sort_by_key(|call| call.nr);
        Policy::from_parts(PolicyParts {
            name: Some("TESTED"),
            file: "src/policies.rs",
            line: 2,
            meaning: encoding::encode(&Meaning {
                arch: Arch::native().unwrap(),
                calls: calls.into(),
                newer: Cow::Borrowed(&[]),
                default,
            })
            .leak(),
            symbols: &[],
            origins: &[ORIGIN],
            default_origin: None,
            programs: [&[], &[], &[]],
            mounts: &[],
            hostname: None,
            network: Network::None,
        })
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
        assert_eq!(policy.evaluate(&data(1)), Action::Allow);
        assert_eq!(policy.evaluate(&data(2)), Action::Log);
        assert_eq!(policy.evaluate(&SeccompData { nr: 2, ..data(1) }), Action::Kill);
    }
}
