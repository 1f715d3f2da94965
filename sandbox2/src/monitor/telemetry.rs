//! What a host's logs and metrics are told of a run (feature `tracing`): a span for each sandbox, and what happens in it.
//!
//! | event | level | fields |
//! |---|---|---|
//! | `launched` | DEBUG | `pid`, and in microseconds from the beginning: `planned_us`, `cloned_us`, `set_up_us`, `executed_us` |
//! | `violation` | WARN | `violation`, in one line |
//! | `failed` | WARN | `of`, `what`: a handler or an observer of the host's |
//! | `finished` | INFO, WARN for an internal error | `status`, `user_us`, `system_us`, `wall_us`, `max_rss_bytes`, `notified` |
//!
//! The span is `sandbox`, with `program` and `policy`, at INFO; the target of all is `sandbox2`. Without the feature nothing of it is compiled.

use crate::launch::Times;
use crate::outcome::{Outcome, Violation};
use crate::policy::Policy;

/// When a launch came how far.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "nobody is told"))]
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeline {
    pub(super) began: std::time::Instant,
    pub(super) times: Times,
    /// Everything was set up, and the filter installed.
    pub(super) set_up: std::time::Instant,
    /// The program was executed, or has sandboxed itself.
    pub(super) executed: std::time::Instant,
}

#[cfg(not(feature = "tracing"))]
mod quiet {
    use super::{Outcome, Policy, Timeline, Violation};

    /// Nothing.
    #[derive(Clone, Debug)]
    pub(in super::super) struct Telemetry;

    impl Telemetry {
        pub(in super::super) fn new(_: &str, _: &Policy) -> Telemetry {
            Telemetry
        }

        pub(in super::super) fn launched(&self, _: u32, _: Timeline) {}

        pub(in super::super) fn violation(&self, _: &Violation) {}

        pub(in super::super) fn failed(&self, _: &str, _: &str) {}

        pub(in super::super) fn finished(&self, _: &Outcome) {}
    }
}

#[cfg(feature = "tracing")]
mod loud {
    use std::time::{Duration, Instant};

    use tracing::{Span, debug, info, info_span, warn};

    use super::{Outcome, Policy, Timeline, Violation};
    use crate::outcome::Status;

    /// A sandbox's span.
    #[derive(Clone, Debug)]
    pub(in super::super) struct Telemetry {
        span: Span,
    }

    fn micros(time: Duration) -> u64 {
        u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
    }

    impl Telemetry {
        pub(in super::super) fn new(program: &str, policy: &Policy) -> Telemetry {
            let policy = policy.name().unwrap_or_default();
            Telemetry { span: info_span!(target: "sandbox2", parent: None, "sandbox", program, policy) }
        }

        pub(in super::super) fn launched(&self, pid: u32, timeline: Timeline) {
            let since = |time: Instant| micros(time.duration_since(timeline.began));
            let (planned_us, cloned_us) = (since(timeline.times.planned), since(timeline.times.cloned));
            let (set_up_us, executed_us) = (since(timeline.set_up), since(timeline.executed));
            self.span.in_scope(
                || debug!(target: "sandbox2", pid, planned_us, cloned_us, set_up_us, executed_us, "launched"),
            );
        }

        pub(in super::super) fn violation(&self, violation: &Violation) {
            self.span.in_scope(|| warn!(target: "sandbox2", %violation, "violation"));
        }

        pub(in super::super) fn failed(&self, of: &str, what: &str) {
            let what = crate::report::escape::Plain(what).to_string();
            self.span.in_scope(|| warn!(target: "sandbox2", of, what, "failed"));
        }

        pub(in super::super) fn finished(&self, outcome: &Outcome) {
            let status = outcome.to_string();
            let usage = &outcome.usage;
            let (user_us, system_us, wall_us) = (micros(usage.user), micros(usage.system), micros(usage.wall));
            let (max_rss_bytes, notified) = (usage.max_rss, outcome.supervised.notified);
            self.span.in_scope(|| match outcome.status {
                Status::InternalError { .. } => {
                    warn!(target: "sandbox2", status, user_us, system_us, wall_us, max_rss_bytes, notified, "finished");
                }
                _ => {
                    info!(target: "sandbox2", status, user_us, system_us, wall_us, max_rss_bytes, notified, "finished");
                }
            });
        }
    }
}

#[cfg(feature = "tracing")]
pub(super) use loud::Telemetry;
#[cfg(not(feature = "tracing"))]
pub(super) use quiet::Telemetry;
