//! What `assert_allows!` and `assert_denies!` do at run time. Not public interface: it changes without notice.

use std::fmt::Write as _;

use sandbox2_policy::action::Action;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::compare::{Answer, Shown};

use super::coverage::Coverage;
use super::explain::decided_by;
use crate::policy::Policy;

/// What an assertion is about: a policy, or the coverage of one.
pub trait Subject {
    /// The policy.
    fn policy(&self) -> &Policy;

    /// Is told what answered.
    fn answered(&self, _answer: &Answer) {}
}

impl Subject for Policy {
    fn policy(&self) -> &Policy {
        self
    }
}

impl Subject for Coverage {
    fn policy(&self) -> &Policy {
        Coverage::policy(self)
    }

    fn answered(&self, answer: &Answer) {
        self.decided(answer.decision);
    }
}

impl<T: Subject + ?Sized> Subject for &T {
    fn policy(&self) -> &Policy {
        (**self).policy()
    }

    fn answered(&self, answer: &Answer) {
        (**self).answered(answer);
    }
}

/// What is asserted of every call of the pattern.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// It is made.
    Allowed,
    /// It is not made, whatever else happens.
    Denied,
    /// It gets the action of the rule of this policy.
    Exactly(&'a Policy),
}

/// Panics unless the policy answers every call that a rule of `pattern` holds for as it is wanted, on each of `arches`; on all that have
/// the call if none is named.
///
/// # Panics
/// With a call that is answered otherwise, and what answered it.
#[track_caller]
pub fn check(subject: &impl Subject, pattern: &Policy, wanted: Wanted<'_>, arches: &[Arch], policy: &str, call: &str) {
    if let Some(message) = failure(subject, pattern, wanted, arches, policy, call) {
        panic!("{message}");
    }
}

fn failure(
    subject: &impl Subject,
    pattern: &Policy,
    wanted: Wanted<'_>,
    arches: &[Arch],
    name: &str,
    call: &str,
) -> Option<String> {
    let policy = subject.policy();
    let mut message = String::new();
    let mut asked = 0;
    for arch in if arches.is_empty() { &Arch::ALL[..] } else { arches } {
        let rules = pattern.written(*arch);
        if rules.calls.is_empty() {
            continue;
        }
        let answers = match policy.answers(pattern, *arch) {
            Ok(answers) => answers,
            Err(reason) => return Some(format!("`{name}` and `{call}`: {reason}")),
        };
        for answer in answers {
            asked += 1;
            subject.answered(&answer);
            if !fits(answer.decision.action, wanted) {
                let shown = Shown { arch: *arch, data: &answer.witness };
                let by = decided_by(policy, answer.decision);
                let _ =
                    write!(message, "\n  on {}: {shown} is {}, decided by {by}", arch.name(), answer.decision.action);
            }
        }
    }
    if asked == 0 {
        return Some(format!("`{call}`: none of the architectures asked for has such a call"));
    }
    let wanted = match wanted {
        Wanted::Allowed => "allows".to_owned(),
        Wanted::Denied => "denies".to_owned(),
        Wanted::Exactly(named) => format!("gives {} to", action_of(named)),
    };
    (!message.is_empty()).then(|| format!("it does not hold that `{name}` {wanted} every `{call}`:{message}"))
}

fn fits(action: Action, wanted: Wanted<'_>) -> bool {
    match wanted {
        Wanted::Allowed => action.permits(),
        // What a handler will say is not known.
        Wanted::Denied => !action.permits() && action != Action::Notify,
        Wanted::Exactly(named) => action == action_of(named),
    }
}

/// The action of the policy's one rule.
fn action_of(named: &Policy) -> Action {
    let meaning = named.written(named.arch());
    let first = meaning.calls.iter().flat_map(|call| call.rules.iter()).next();
    first.map_or(meaning.default, |rule| rule.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Policy {
        Policy::parse(text).unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn says(policy_text: &str, pattern: &str, wanted: Wanted) -> Option<String> {
        failure(&policy(policy_text), &policy(pattern), wanted, &[Arch::X86_64], "P", "call()")
    }

    #[test]
    fn every_value_is_meant_by_what_is_not_said() {
        assert_eq!(says("ALLOW write;", "TRAP(1) write;", Wanted::Allowed), None);
        assert_eq!(says("ALLOW write if fd == 1;", "TRAP(1) write if fd in [1];", Wanted::Allowed), None);
        assert_eq!(
            says("ALLOW write if fd == 1;", "TRAP(1) write;", Wanted::Allowed).unwrap(),
            "it does not hold that `P` allows every `call()`:\n  on x86_64: write(fd = 0, buf = 0, count = 0) is KILL, decided by \
             the implicit `default KILL`, since no rule applies"
        );
        assert!(says("ALLOW write if fd == 1;", "TRAP(1) write;", Wanted::Denied).is_some());
        assert_eq!(says("ALLOW write if fd == 1;", "TRAP(1) write if fd in [2];", Wanted::Denied), None);
    }

    #[test]
    fn a_slot_without_a_value_is_every_value() {
        let text = "slot fd_of_log: u32; ALLOW write if fd == fd_of_log;";
        assert!(says(text, "TRAP(1) write if fd in [7];", Wanted::Denied).is_some());
        assert!(says(text, "TRAP(1) write if fd in [7];", Wanted::Allowed).is_some());
        let bound = policy(text).with_slot("fd_of_log", 7_u32).unwrap();
        let pattern = policy("TRAP(1) write if fd in [7];");
        assert_eq!(failure(&bound, &pattern, Wanted::Allowed, &[], "P", "c"), None);
    }

    #[test]
    fn an_action_is_compared_with_its_value() {
        let text = "ERRNO(EACCES) openat; ALLOW read;";
        assert_eq!(says(text, "TRAP(1) openat;", Wanted::Exactly(&policy("ERRNO(EACCES) getpid;"))), None);
        assert!(
            says(text, "TRAP(1) openat;", Wanted::Exactly(&policy("ERRNO(EPERM) getpid;")))
                .unwrap()
                .contains("gives ERRNO(EPERM) to every")
        );
        assert!(says("NOTIFY openat;", "TRAP(1) openat;", Wanted::Denied).unwrap().contains("is NOTIFY"));
    }

    #[test]
    fn an_architecture_without_the_call_has_nothing_to_say() {
        let pattern = policy("TRAP(1) open?;");
        let failure = failure(&policy("ALLOW open?;"), &pattern, Wanted::Allowed, &[Arch::Aarch64], "P", "open()");
        assert!(failure.unwrap().contains("none of the architectures"));
    }
}
