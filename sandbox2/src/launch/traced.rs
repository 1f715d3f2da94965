//! A sandboxee for a monitor that traces it.
//!
//! Its filter asks the tracer ([`ret::TRACE`]) where another's asks a listener, and there is none. It has everything but its
//! filter when the launch returns, and waits: whoever supervises attaches to it first, and lets go of it then
//! ([`Untraced::release`]). Between the two nothing but this library's own code runs.
//!
//! Before the policy's own program come calls by which a task could leave the tracer, whatever the policy says of them
//! ([`escape`]).

use std::borrow::Cow;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use sandbox2_policy::action::{Action, Supervision};
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::{Insn, MAX_INSNS, SeccompData, offset, op, ret};

use super::unfiltered::route_close_to;
use super::{Begun, LaunchSpec, Start, Tree, Unfiltered, setup};
use crate::error::{SetupError, Stage};
use crate::policy::Policy;
use crate::sys::abi::NEW_LISTENER;
use crate::sys::calls;
use crate::sys::child::Begin;

/// The event message for what is asked about before the policy's program.
const TRACE_ESCAPE: u32 = 0x5335;

/// That for the `close` by which a program says that it has sandboxed itself.
const TRACE_CLOSE: u32 = 0x5336;

/// A call by which the sandboxee could leave the tracer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// A task that nobody is to trace (`CLONE_UNTRACED`).
    Untraced,
    /// `clone3`: whether it asks for such a one is in memory.
    Unseen,
    /// A listener of the sandboxee's own, whose answers would come before the tracer's.
    Listener,
}

/// Whether a call is such a one: by its registers alone.
pub(crate) fn escape(data: &SeccompData) -> Option<Escape> {
    if Arch::native().is_none_or(|arch| arch.audit() != data.arch) {
        return None;
    }
    match i64::from(data.nr) {
        libc::SYS_clone if data.args[0] & libc::CLONE_UNTRACED as u64 != 0 => Some(Escape::Untraced),
        libc::SYS_clone3 => Some(Escape::Unseen),
        libc::SYS_seccomp if data.args[1] & NEW_LISTENER as u64 != 0 => Some(Escape::Listener),
        _ => None,
    }
}

/// Whether a stop's event message is one of a traced program's, and not of a filter that the sandboxee has added.
pub(crate) fn is_ours(message: u32) -> bool {
    [ret::TRACE_VIOLATION, ret::TRACE_EXEC, ret::TRACE_NOTIFY, TRACE_ESCAPE, TRACE_CLOSE].contains(&message)
}

/// What a launch has come to.
#[derive(Debug)]
pub(crate) enum BegunTraced {
    /// The program has not begun.
    Filtered(Untraced),
    /// It has, and will ask for its filter: see [`Unfiltered::set_tracer`].
    Unfiltered(Unfiltered),
}

/// Launches `spec` under the policy's traced program, up to where it waits to be traced, or asks for it; the spec's own filter is
/// for a listener, and goes.
///
/// # Errors
/// The first step that failed. Then nothing ran, and no process, mount or descriptor is left.
pub(crate) fn launch_traced(mut spec: LaunchSpec, policy: &Policy) -> Result<BegunTraced, SetupError> {
    let filter = traced_filter(policy)?;
    match &spec.start {
        Start::Filtered(program) => {
            let program = program.as_raw_fd();
            spec.filter = Cow::Owned(checked(filter)?);
            let (setup::Ready { tree, main, .. }, _) = super::execute(&mut spec, program, Begin::Traced)?;
            Ok(BegunTraced::Filtered(Untraced { tree, main }))
        }
        Start::Unfiltered(..) | Start::Forked { .. } => {
            spec.filter = Cow::Owned(checked(route_close_to(&filter, ret::TRACE | TRACE_CLOSE))?);
            match super::launch(spec)? {
                Begun::Unfiltered(unfiltered) => Ok(BegunTraced::Unfiltered(unfiltered)),
                Begun::Filtered(_) => Err(SetupError::new(Stage::Plan, None)),
            }
        }
    }
}

fn mistake(what: impl Into<String>, hint: &str) -> SetupError {
    SetupError::new(Stage::Plan, None).with_what(what).with_hint(Some(hint))
}

fn traced_filter(policy: &Policy) -> Result<Vec<Insn>, SetupError> {
    let program = policy.native_program(Supervision::Traced);
    if program.is_empty() {
        return Err(mistake("the policy has no traced program", "make policies with policy!"));
    }
    Ok(route_escapes(program, is_clone3_decided(policy)))
}

fn checked(program: Vec<Insn>) -> Result<Vec<Insn>, SetupError> {
    if program.len() > MAX_INSNS {
        let what = format!("the policy's program, with what tracing adds, has {} instructions", program.len());
        return Err(mistake(what, "the kernel takes 4096: say it with fewer rules, or use the other monitor"));
    }
    Ok(program)
}

/// Whether the policy's own program never lets `clone3` pass, so that there is nothing to ask about.
fn is_clone3_decided(policy: &Policy) -> bool {
    let meaning = policy.meaning();
    let rules = meaning.rules(libc::SYS_clone3 as u32);
    let last = rules.last().is_some_and(|rule| rule.cond == sandbox2_policy::meaning::Cond::True);
    last && rules.iter().all(|rule| matches!(rule.action, Action::Errno(_)))
}

/// Puts before a filter that it asks the tracer about [`escape`]s. For all other calls the kernel still sees that nothing but
/// number and architecture is looked at.
fn route_escapes(filter: &[Insn], clone3_decided: bool) -> Vec<Insn> {
    let arch = Arch::native().map_or(0, Arch::audit);
    let number = |number: libc::c_long| number as u32;
    // Without `clone3` the number of `clone` again, which changes nothing.
    let clone3 = if clone3_decided { libc::SYS_clone } else { libc::SYS_clone3 };
    let head = [
        Insn::stmt(op::LD_ABS, offset::ARCH),
        Insn::jump(op::JEQ, arch, 0, 9),
        Insn::stmt(op::LD_ABS, offset::NR),
        Insn::jump(op::JEQ, number(libc::SYS_clone), 2, 0),
        Insn::jump(op::JEQ, number(clone3), 5, 0),
        Insn::jump(op::JEQ, number(libc::SYS_seccomp), 2, 5),
        Insn::stmt(op::LD_ABS, offset::arg_low(0)),
        Insn::jump(op::JSET, libc::CLONE_UNTRACED as u32, 2, 3),
        Insn::stmt(op::LD_ABS, offset::arg_low(1)),
        Insn::jump(op::JSET, NEW_LISTENER as u32, 0, 1),
        Insn::stmt(op::RET, ret::TRACE | TRACE_ESCAPE),
    ];
    head.iter().chain(filter).copied().collect()
}

/// A sandboxee that is ready, and waits until it is traced.
#[derive(Debug)]
pub(crate) struct Untraced {
    tree: Tree,
    main: OwnedFd,
}

impl Untraced {
    /// Its process id: for attaching to it, and nothing else. See [`main`](Self::main).
    pub(crate) fn main_pid(&self) -> libc::pid_t {
        self.tree.main_pid()
    }

    /// Its pidfd: while that is not readable, the number is its own.
    pub(crate) fn main(&self) -> BorrowedFd<'_> {
        self.main.as_fd()
    }

    /// Lets it go on, now that it is traced. If it has ended meanwhile, that shows as any other end.
    pub(crate) fn release(self) -> Tree {
        self.tree.set_traced();
        self.tree
    }

    /// Gives up on it.
    pub(crate) fn into_tree(self) -> Tree {
        self.tree
    }
}

/// Whether the process behind a pidfd has ended.
pub(crate) fn has_ended(process: BorrowedFd<'_>) -> bool {
    calls::readable(process.as_raw_fd(), Duration::ZERO) != Ok(false)
}

#[cfg(test)]
mod tests {
    use sandbox2_policy::action::Errno;
    use sandbox2_policy::interpret::Loaded;

    use super::*;
    use crate::policy::testing::{call, policy, rule};

    fn data(nr: libc::c_long, first: u64, second: u64) -> SeccompData {
        let arch = Arch::native().unwrap().audit();
        SeccompData { nr: nr as u32, arch, args: [first, second, 0, 0, 0, 0], ..SeccompData::default() }
    }

    /// What a filter that allows everything returns with what is put before it.
    fn returned(clone3_decided: bool, data: &SeccompData) -> u32 {
        let filter = route_escapes(&[Insn::stmt(op::RET, ret::ALLOW)], clone3_decided);
        Loaded::load(&filter).unwrap().run(data)
    }

    #[test]
    fn every_way_to_leave_the_tracer_is_asked_about_and_nothing_else() {
        let asked = ret::TRACE | TRACE_ESCAPE;
        let untraced = libc::CLONE_UNTRACED as u64;
        let listener = NEW_LISTENER as u64;
        for (data, expected) in [
            (data(libc::SYS_clone, untraced | 17, 0), asked),
            (data(libc::SYS_clone, 17, untraced | listener), ret::ALLOW),
            (data(libc::SYS_clone3, 0, 0), asked),
            (data(libc::SYS_seccomp, 1, listener | 1), asked),
            (data(libc::SYS_seccomp, listener | untraced, 1), ret::ALLOW),
            (data(libc::SYS_read, untraced | listener, untraced | listener), ret::ALLOW),
        ] {
            assert_eq!(returned(false, &data), expected, "{data:?}");
            assert_eq!(escape(&data).is_some(), expected == asked, "{data:?}");
            let foreign = SeccompData { arch: 0x4000_0003, ..data };
            assert_eq!((returned(false, &foreign), escape(&foreign)), (ret::ALLOW, None));
        }
        assert_eq!(returned(true, &data(libc::SYS_clone3, 0, 0)), ret::ALLOW);
        assert_eq!(returned(true, &data(libc::SYS_clone, untraced, 0)), asked);
    }

    #[test]
    fn clone3_is_asked_about_unless_the_policy_only_ever_fails_it() {
        let enosys = || rule(Action::Errno(Errno::ENOSYS));
        let decided = |rules| is_clone3_decided(&policy(Action::Allow, vec![call(libc::SYS_clone3, rules)]));
        assert!(decided(vec![enosys()]));
        assert!(!decided(vec![rule(Action::Allow)]));
        assert!(!decided(vec![]));
        assert!(!is_clone3_decided(&policy(Action::Allow, vec![])));
    }
}
