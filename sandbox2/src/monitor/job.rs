//! What is to be launched and supervised, and who has a say in it.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::errand::Stacks;
use crate::error::{SetupError, Stage};
use crate::handlers::Handlers;
use crate::launch::LaunchSpec;
use crate::observer::Observer;
use crate::outcome::Monitor;
use crate::policy::Policy;
use crate::sys::notify;

/// One run, before it begins.
pub(crate) struct Job {
    pub(crate) spec: LaunchSpec,
    pub(crate) policy: Policy,
    pub(crate) handlers: Handlers,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    /// `None`: whatever this host and the rest of this job need.
    pub(crate) monitor: Option<Monitor>,
    /// Whose stacks are told, if any are.
    pub(crate) stacks: Option<Stacks>,
    /// Readable once whoever starts it does not want it any more.
    pub(crate) unwanted: Option<Arc<OwnedFd>>,
}

impl Job {
    /// With nobody who has a say but the policy.
    #[cfg(feature = "symbolize")]
    pub(crate) fn new(spec: LaunchSpec, policy: Policy) -> Job {
        Job { spec, policy, handlers: Handlers::new(), observer: None, monitor: None, stacks: None, unwanted: None }
    }

    /// Whether it is supervised by ptrace.
    pub(crate) fn is_traced(&self) -> bool {
        self.monitor == Some(Monitor::Ptrace)
    }

    /// Decides which monitor it is, if that is left open.
    ///
    /// # Errors
    /// If what is asked for needs another than what is asked for.
    pub(crate) fn choose_monitor(&mut self) -> Result<(), SetupError> {
        let needs_ptrace = self.stacks.as_ref().is_some_and(Stacks::need_ptrace);
        let mistake = |what: &str, hint: &str| {
            Err(SetupError::new(Stage::Plan, None).with_what(what.to_owned()).with_hint(Some(hint)))
        };
        let chosen = match self.monitor {
            Some(Monitor::Listener) if needs_ptrace => {
                return mistake(
                    "stacks on a signal or at an exit, supervised by a listener",
                    "leave the monitor open, or switch these off: StackTraces::on_signal(false)",
                );
            }
            None if needs_ptrace && !self.handlers.is_empty() => {
                return mistake(
                    "handlers, and stacks on a signal or at an exit",
                    "those stacks need the ptrace monitor, under which handlers cannot give descriptors: if yours do not, say \
                     `.monitor(Monitor::Ptrace)`, else switch these stacks off: StackTraces::on_signal(false)",
                );
            }
            None if needs_ptrace || !notify::can_listen() => Monitor::Ptrace,
            None => Monitor::Listener,
            Some(monitor) => monitor,
        };
        self.monitor = Some(chosen);
        Ok(())
    }

    /// Whether its parts fit together.
    ///
    /// # Errors
    /// The first that does not.
    pub(crate) fn check(&self) -> Result<(), SetupError> {
        self.handlers.check(&self.policy)
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("spec", &self.spec).field("policy", &self.policy).finish_non_exhaustive()
    }
}
