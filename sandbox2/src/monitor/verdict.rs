//! From a notification to what is done about it.
//!
//! Only the registers that came with the notification decide, by the policy's own meaning; the program that asked is not
//! believed. Everything that is not clearly permitted is denied.

use sandbox2_policy::action::Action;
use sandbox2_policy::insn::SeccompData;

use crate::launch;
use crate::policy::{Decision, Policy};
use crate::sys::notify::Answer;

/// What is done about a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It gets an answer and the sandboxee goes on.
    Answer(Answer),
    /// It is a violation: no answer, the sandboxee ends.
    Violation(Decision),
    /// The program asked about a call that it should have decided itself: something is wrong, and the sandboxee ends.
    Unexpected,
}

/// What the policy says about a notified call, the launcher's own exec aside.
///
/// `routed`: the filter asks about the `close` that gives a listener up, too ([`launch::route_close`]).
pub(crate) fn verdict(policy: &Policy, data: &SeccompData, routed: bool) -> Verdict {
    let decision = policy.decide(data);
    // What the filter asks about though the policy may decide it: only the registers count there as well.
    let asked = i64::from(data.nr) == libc::SYS_execveat || (routed && launch::gives_listener_up(data));
    match decision.action {
        // No handler can be registered yet: what would be asked is denied.
        Action::Kill | Action::Notify => Verdict::Violation(decision),
        Action::Errno(errno) => Verdict::Answer(Answer::Fail(errno.get())),
        // Sound: the rules looked at registers only, and those cannot change any more. For a foreign architecture the
        // decision is KILL, so the number is execveat's or close's.
        Action::Allow | Action::Log if asked => Verdict::Answer(Answer::Continue),
        // One that should raise SIGSYS: the listener has no such answer, so it ends here.
        Action::Trap(_) if asked => Verdict::Violation(decision),
        Action::Allow | Action::Log | Action::Trap(_) => Verdict::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use sandbox2_policy::action::Errno;
    use sandbox2_policy::arch::Arch;

    use super::*;
    use crate::policy::testing::{call, policy, rule};

    fn exec_policy(action: Action) -> Policy {
        policy(Action::Kill, vec![call(libc::SYS_execveat, vec![rule(action)])])
    }

    fn data(nr: libc::c_long) -> SeccompData {
        SeccompData { nr: u32::try_from(nr).unwrap(), arch: Arch::native().unwrap().audit(), ..SeccompData::default() }
    }

    #[test]
    fn a_later_exec_gets_the_policys_own_verdict() {
        let exec = data(libc::SYS_execveat);
        let errno = Errno::new(13).unwrap();
        assert_eq!(verdict(&exec_policy(Action::Allow), &exec, false), Verdict::Answer(Answer::Continue));
        assert_eq!(verdict(&exec_policy(Action::Log), &exec, false), Verdict::Answer(Answer::Continue));
        assert_eq!(verdict(&exec_policy(Action::Errno(errno)), &exec, false), Verdict::Answer(Answer::Fail(13)));
        assert!(matches!(verdict(&exec_policy(Action::Kill), &exec, false), Verdict::Violation(_)));
        assert!(matches!(verdict(&exec_policy(Action::Trap(1)), &exec, false), Verdict::Violation(_)));
        assert!(matches!(verdict(&policy(Action::Kill, vec![]), &exec, false), Verdict::Violation(_)));
    }

    #[test]
    fn nothing_but_an_exec_is_ever_continued() {
        let allowed = policy(Action::Allow, vec![]);
        for nr in [libc::SYS_read, libc::SYS_write, libc::SYS_execve] {
            assert_eq!(verdict(&allowed, &data(nr), false), Verdict::Unexpected);
        }
    }

    #[test]
    fn a_foreign_architecture_is_a_violation_whatever_the_rules_say() {
        let exec = SeccompData { arch: 0x4000_0003, ..data(libc::SYS_execveat) };
        assert!(matches!(verdict(&exec_policy(Action::Allow), &exec, false), Verdict::Violation(_)));
    }

    #[test]
    fn the_close_that_gives_a_listener_up_gets_the_policys_verdict_where_the_filter_asks() {
        let magic = sandbox2_client::handshake::MAGIC;
        let close = SeccompData { args: [5, magic, 0, 0, 0, 0], ..data(libc::SYS_close) };
        let allowed = policy(Action::Allow, vec![]);
        assert_eq!(verdict(&allowed, &close, true), Verdict::Answer(Answer::Continue));
        assert_eq!(verdict(&allowed, &close, false), Verdict::Unexpected);
        assert!(matches!(verdict(&policy(Action::Kill, vec![]), &close, true), Verdict::Violation(_)));
        for other in [SeccompData { args: [5, magic + 1, 0, 0, 0, 0], ..close }, data(libc::SYS_read)] {
            assert_eq!(verdict(&allowed, &other, true), Verdict::Unexpected);
        }
    }
}
