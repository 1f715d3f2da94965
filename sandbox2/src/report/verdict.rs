//! What a policy says about a call, asked without a sandboxee.

use std::fmt;

use sandbox2_policy::action::Action;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::meaning::Width;
use sandbox2_policy::tables;

use super::explain::decided_by;
use super::violation::DecidedBy;
use crate::policy::Policy;

/// What a policy says about one call, and what in it said so.
///
/// It compares equal to an [`Action`], so that `assert_eq!(policy.evaluate(&call), Action::Allow)` reads as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// What is done.
    pub action: Action,
    /// The rule, the default or the like that decided.
    pub decided_by: DecidedBy,
}

impl PartialEq<Action> for Verdict {
    fn eq(&self, action: &Action) -> bool {
        self.action == *action
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, decided by {}", self.action, self.decided_by)
    }
}

impl Policy {
    /// What the policy says about that call: its meaning, not what its program returns. A slot without a value counts as 0.
    ///
    /// ```
    /// use sandbox2::{Action, Policy};
    ///
    /// let policy = Policy::parse("ALLOW write if fd == 1;")?;
    /// let call = policy.call("write", [1, 0, 0, 0, 0, 0]).expect("every architecture has write");
    /// let verdict = policy.evaluate(&call);
    /// assert_eq!(verdict, Action::Allow);
    /// assert_eq!(verdict.to_string(), "ALLOW, decided by policy:1:7: `ALLOW write if fd == 1;` says ALLOW");
    /// # Ok::<(), sandbox2::PolicyErrors>(())
    /// ```
    #[must_use]
    pub fn evaluate(&self, data: &SeccompData) -> Verdict {
        let decision = self.decide(data);
        Verdict { action: decision.action, decided_by: decided_by(self, decision) }
    }

    /// The call of that name with these registers, as this policy's architecture makes it; `None` if it has none of that name.
    #[must_use]
    pub fn call(&self, name: &str, args: [u64; 6]) -> Option<SeccompData> {
        let nr = tables::syscall(name)?.number(self.arch())?;
        Some(SeccompData { nr, arch: self.arch().audit(), instruction_pointer: 0, args })
    }

    /// The call of that name with these arguments, by the kernel's names for them; the others are 0. A negative number is what the
    /// kernel reads as that number.
    ///
    /// ```
    /// use sandbox2::{Action, Policy};
    ///
    /// let policy = Policy::parse("ALLOW openat if flags & O_ACCMODE == O_RDONLY;")?;
    /// let call = policy.call_with("openat", [("dfd", -100), ("flags", 1)])?;
    /// assert_eq!(policy.evaluate(&call), Action::Kill);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If this policy's architecture has no such call, the call has no such argument, or a number does not fit into it.
    pub fn call_with<'a>(
        &self,
        name: &str,
        args: impl IntoIterator<Item = (&'a str, i128)>,
    ) -> Result<SeccompData, CallError> {
        let arch = self.arch();
        let call = tables::syscall(name).filter(|call| call.number(arch).is_some());
        let unknown = || CallError::UnknownCall { name: name.to_owned(), arch };
        let call = call.ok_or_else(unknown)?;
        let prototype = call.args(arch).unwrap_or(&[]);
        let mut registers = [0; 6];
        for (argument, value) in args {
            let found = prototype.iter().zip(&mut registers).find(|(arg, _)| arg.name == argument);
            let (arg, register) = found.ok_or_else(|| CallError::UnknownArgument {
                call: name.to_owned(),
                argument: argument.to_owned(),
                known: prototype.iter().map(|arg| arg.name).collect(),
            })?;
            let bits = if arg.width == Width::W32 { 32 } else { 64 };
            if !(-(1_i128 << (bits - 1))..1 << bits).contains(&value) {
                return Err(CallError::OutOfRange { argument: argument.to_owned(), value, bits });
            }
            *register = value as u64 & (u64::MAX >> (64 - bits));
        }
        self.call(name, registers).ok_or_else(unknown)
    }
}

/// There is no such call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The architecture has no call of that name.
    #[error("{} has no system call `{name}`", .arch.name())]
    UnknownCall {
        /// The name.
        name: String,
        /// The policy's architecture.
        arch: Arch,
    },
    /// The call has no argument of that name.
    #[error("`{call}` has no argument `{argument}`; it has {}", .known.join(", "))]
    UnknownArgument {
        /// The call.
        call: String,
        /// The name.
        argument: String,
        /// The arguments that it has.
        known: Vec<&'static str>,
    },
    /// The argument has not so many bits.
    #[error("{value} does not fit into the {bits} bits of `{argument}`")]
    OutOfRange {
        /// The argument.
        argument: String,
        /// The number.
        value: i128,
        /// How many bits the kernel reads.
        bits: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_made_of_named_arguments() {
        let policy = Policy::parse("ALLOW read;").unwrap();
        let call = policy.call_with("lseek", [("offset", -1), ("fd", 3)]).unwrap();
        assert_eq!(call.args, [3, u64::MAX, 0, 0, 0, 0]);
        assert_eq!(policy.call_with("openat", [("dfd", -100)]).unwrap().args[0], 0xffff_ff9c);
        let fails =
            |name, args: &[(&'static str, i128)]| policy.call_with(name, args.iter().copied()).unwrap_err().to_string();
        assert!(fails("opnat", &[]).ends_with("has no system call `opnat`"));
        assert_eq!(fails("close", &[("df", 1)]), "`close` has no argument `df`; it has fd");
        assert_eq!(fails("close", &[("fd", 1 << 32)]), "4294967296 does not fit into the 32 bits of `fd`");
    }

    #[test]
    fn the_deciding_rule_is_named() {
        let text = "baseline linux(5.10);\nuse exit;\nwrite { fd == 1 => ALLOW, _ => ERRNO(EBADF), }\ndefault TRAP(3);";
        let policy = Policy::parse(text).unwrap_or_else(|errors| panic!("{errors}"));
        let says = |name: &str, fd| {
            let call = policy.call(name, [fd, 0, 0, 0, 0, 0]).unwrap_or_default();
            policy.evaluate(&call).to_string()
        };
        assert_eq!(says("write", 1), "ALLOW, decided by policy:3:9: `write { fd == 1 => ALLOW }` says ALLOW");
        assert_eq!(
            says("write", 2),
            "ERRNO(EBADF), decided by policy:3:27: `write { _ => ERRNO(EBADF) }` says ERRNO(EBADF)"
        );
        assert_eq!(
            says("exit_group", 0),
            "ALLOW, decided by policy:2:5: `ALLOW exit_group;` of group `exit` says ALLOW"
        );
        assert_eq!(says("mount", 0), "TRAP(3), decided by policy:4:1: `default TRAP(3);`, since no rule applies");
        assert_eq!(
            says("fchmodat2", 0),
            "ERRNO(ENOSYS), decided by the policy's baseline: the call is of a later Linux, and no rule names it"
        );
    }
}
