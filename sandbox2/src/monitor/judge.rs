//! From a call that waits to what is done about it.
//!
//! Only the registers that came with the notification decide, by the policy's own meaning; the program that asked is not
//! believed. Everything that is not clearly permitted is denied.

use sandbox2_policy::action::Action;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::meaning::Meaning;
use sandbox2_policy::reference::evaluate;
use sandbox2_policy::tables;

use crate::handlers::Handlers;
use crate::launch;
use crate::policy::{Decision, Policy};
use crate::sys::notify::Answer;

/// What is done about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It gets an answer and the sandboxee goes on.
    Answer(Answer),
    /// A handler decides.
    Ask,
    /// It is a violation: no answer, the sandboxee ends.
    Violation(Decision),
    /// The program asked about a call that it should have decided itself: something is wrong, and the sandboxee ends.
    Unexpected,
}

/// A policy, ready to decide, and the handlers that it leaves things to.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) policy: Policy,
    pub(crate) handlers: Handlers,
    meaning: Meaning,
    /// Whether the filter asks about the `close` that gives a listener up, too ([`launch::route_close`]).
    routed: bool,
}

impl Judge {
    pub(crate) fn new(policy: Policy, handlers: Handlers, routed: bool) -> Judge {
        let meaning = policy.meaning();
        Judge { policy, handlers, meaning, routed }
    }

    /// What the policy says about a call that waits, the launcher's own exec aside.
    pub(crate) fn verdict(&self, data: &SeccompData) -> Verdict {
        let decision = self.decide(data);
        // What the filter asks about though the policy may decide it: only the registers count there as well.
        let asked = i64::from(data.nr) == libc::SYS_execveat || (self.routed && launch::gives_listener_up(data));
        match decision.action {
            Action::Notify if self.handlers.handles(data.nr) => Verdict::Ask,
            // Nobody is there to ask, so it is denied.
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

    /// What to call the call of that number.
    pub(super) fn name_of(&self, nr: u32) -> String {
        let call = tables::syscall_by_number(self.policy.arch(), nr);
        call.map_or_else(|| format!("call {nr}"), |call| call.name.to_owned())
    }

    /// What to say of a handler that takes too long.
    pub(super) fn out_of_patience(&self) -> String {
        format!("it did not decide within {:?}", self.handlers.patience())
    }

    /// The policy's own decision.
    pub(crate) fn decide(&self, data: &SeccompData) -> Decision {
        evaluate(&self.meaning, data, &self.policy.parts().symbols)
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

    fn verdict(policy: &Policy, data: &SeccompData, routed: bool) -> Verdict {
        Judge::new(policy.clone(), Handlers::new(), routed).verdict(data)
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
    fn a_handler_is_asked_where_there_is_one_and_the_policy_says_so() {
        let asks = policy(Action::Notify, vec![call(libc::SYS_close, vec![rule(Action::Kill)])]);
        let handlers = || Handlers::new().on("read", |call| Ok(call.proceed()));
        let judge = Judge::new(asks.clone(), handlers(), false);
        assert_eq!(judge.verdict(&data(libc::SYS_read)), Verdict::Ask);
        assert!(matches!(judge.verdict(&data(libc::SYS_write)), Verdict::Violation(_)));
        let judge = Judge::new(asks, handlers().otherwise(|call| Ok(call.proceed())), false);
        assert_eq!(judge.verdict(&data(libc::SYS_write)), Verdict::Ask);
        assert!(matches!(judge.verdict(&data(libc::SYS_close)), Verdict::Violation(_)));
        let foreign = SeccompData { arch: 0x4000_0003, ..data(libc::SYS_read) };
        assert!(matches!(judge.verdict(&foreign), Verdict::Violation(_)));
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
