//! What is to be launched and supervised, and who has a say in it.

use std::sync::Arc;

use super::errand::Stacks;
use crate::error::SetupError;
use crate::handlers::Handlers;
use crate::launch::LaunchSpec;
use crate::observer::Observer;
use crate::outcome::Monitor;
use crate::policy::Policy;

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
}

impl Job {
    /// With nobody who has a say but the policy.
    #[cfg(feature = "symbolize")]
    pub(crate) fn new(spec: LaunchSpec, policy: Policy) -> Job {
        Job { spec, policy, handlers: Handlers::new(), observer: None, monitor: None, stacks: None }
    }

    /// Whether it is supervised by ptrace.
    pub(crate) fn is_traced(&self) -> bool {
        self.monitor == Some(Monitor::Ptrace)
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
