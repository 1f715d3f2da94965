//! What a policy says about a call, asked without a sandboxee.

use std::fmt;

use sandbox2_policy::action::Action;
use sandbox2_policy::insn::SeccompData;
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
