//! Putting a policy in force in this very process.

use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::Insn;

use super::Policy;

impl Policy {
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
        if let Some(slot) = self.unbound_slot() {
            return Err(ApplyError::UnboundSlot { slot: slot.to_owned() });
        }
        if self.notifies() {
            return Err(ApplyError::NeedsMonitor);
        }
        let convert = |insn: &Insn| seccompiler::sock_filter { code: insn.code, jt: insn.jt, jf: insn.jf, k: insn.k };
        Ok(self.native_program(Supervision::Standalone).iter().map(convert).collect())
    }

    /// Whether anything in it is for a handler to decide.
    fn notifies(&self) -> bool {
        let meaning = self.meaning();
        let mut rules = meaning.calls.iter().flat_map(|call| call.rules.iter());
        meaning.default == Action::Notify || rules.any(|rule| rule.action == Action::Notify)
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
    /// A slot has no value.
    #[error("the slot `{slot}` has no value: give it one with `Policy::with_slot`")]
    UnboundSlot {
        /// The slot.
        slot: String,
    },
    /// A rule says NOTIFY, and nobody would be asked.
    #[error("a rule says NOTIFY, which needs a monitor: run the program with `Sandbox2`, or write KILL or ERRNO(E)")]
    NeedsMonitor,
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
