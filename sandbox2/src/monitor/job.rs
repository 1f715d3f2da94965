//! What is to be launched and supervised, and who has a say in it.

use std::os::fd::OwnedFd;
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
    /// Readable once whoever starts it does not want it any more.
    pub(crate) unwanted: Option<Arc<OwnedFd>>,
}

impl Job {
    /// With nobody who has a say but the policy.
    #[cfg(feature = "symbolize")]
    pub(crate) fn new(spec: LaunchSpec, policy: Policy) -> Job {
        Job { spec, policy, handlers: Handlers::new(), observer: None, monitor: None, stacks: None, unwanted: None }
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
