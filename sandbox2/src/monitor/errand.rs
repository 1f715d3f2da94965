//! What is done for a sandbox that is about to end, and may take long: its stacks are told, and its observer.

use std::sync::Arc;

#[cfg(not(feature = "symbolize"))]
pub(super) use self::without::{Found, Stacks, Subject};
use super::hub::quietly;
#[cfg(feature = "symbolize")]
pub(super) use super::stacks::{Found, Stacks, Subject};
use crate::observer::Observer;
use crate::outcome::Violation;

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

/// What is to be done.
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
