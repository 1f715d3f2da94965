//! What is done for a sandbox and may take long: its processes are looked at, all of them; where it is about to end, its stacks are told, and
//! its observer.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

#[cfg(not(feature = "symbolize"))]
pub(super) use self::without::{Found, Stacks, Subject};
use super::hub::quietly;
use super::judge::Judge;
#[cfg(feature = "symbolize")]
pub(super) use super::stacks::{Found, Stacks, Subject};
use crate::launch::{Processes, ProcessorTime};
use crate::observer::Observer;
use crate::outcome::Violation;
use crate::policy::Decision;
use crate::report::explain;
use crate::sys::notify::{self, Notification};

/// Without the feature `symbolize` there are no stacks to tell.
#[cfg(not(feature = "symbolize"))]
mod without {
    use crate::monitor::end::End;
    use crate::outcome::Outcome;

    /// Nothing.
    #[derive(Debug, Default)]
    pub(in crate::monitor) struct Found(());

    impl Found {
        pub(in crate::monitor) fn told(self, outcome: Outcome) -> Outcome {
            outcome
        }
    }

    /// There are none.
    #[derive(Clone, Debug)]
    pub(crate) enum Stacks {}

    impl Stacks {
        pub(in crate::monitor) fn need_ptrace(&self) -> bool {
            match *self {}
        }

        pub(in crate::monitor) fn wants(&self, _: &End) -> bool {
            match *self {}
        }
    }

    /// There is none.
    #[derive(Debug)]
    pub(in crate::monitor) enum Subject {}

    impl Subject {
        pub(in crate::monitor) fn look(self) -> Found {
            match self {}
        }
    }
}

/// A look at all processes of a sandbox.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) processes: Processes,
    /// What they are sent.
    pub(super) signal: Option<i32>,
    /// What they had used before; then what they have.
    pub(super) time: Option<ProcessorTime>,
    /// When it began.
    pub(super) began: Instant,
}

impl Walk {
    /// Does it.
    pub(super) fn run(mut self) -> Walk {
        if let Some(signal) = self.signal {
            self.processes.signal_all(signal);
        }
        if let Some(time) = &mut self.time {
            self.processes.processor_time(time);
        }
        self
    }
}

/// How to say what a call is that is a violation.
#[derive(Debug)]
pub(super) struct Explanation {
    pub(super) judge: Arc<Judge>,
    pub(super) listener: Arc<OwnedFd>,
    pub(super) notification: Notification,
    pub(super) decision: Decision,
}

impl Explanation {
    /// Without what its pointers point to.
    pub(super) fn by_registers(&self) -> Violation {
        self.explain(&mut |_| None)
    }

    /// With it. A sandboxee that can have its memory wait (`userfaultfd(2)`, a file of a file system that hangs) has this wait.
    pub(super) fn run(self) -> Box<Violation> {
        let (listener, notification) = (self.listener.as_fd(), &self.notification);
        Box::new(self.explain(&mut |address| notify::read_string(listener, notification, address, explain::TEXT_LIMIT)))
    }

    fn explain(&self, read: &mut dyn FnMut(u64) -> Option<(Vec<u8>, bool)>) -> Violation {
        let Notification { data, pid, .. } = &self.notification;
        explain::explain(&self.judge.policy, self.decision, data, *pid, read)
    }
}

/// What is to be done before an end.
pub(super) struct Errand {
    /// Whose stacks are told; that kills it.
    pub(super) subject: Option<Subject>,
    pub(super) observer: Option<(Arc<dyn Observer>, Box<Violation>)>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) found: Found,
    /// What the observer panicked with.
    pub(super) panic: Option<String>,
}

impl Errand {
    /// Does it. The observer comes first: its violation still waits then.
    pub(super) fn run(self) -> Done {
        let panic = self.observer.and_then(|(observer, violation)| quietly(|| observer.violation(&violation)));
        Done { found: self.subject.map(Subject::look).unwrap_or_default(), panic }
    }
}
