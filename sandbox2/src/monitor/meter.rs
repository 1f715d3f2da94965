//! The processor time of a whole sandbox, looked at from time to time.

use std::time::{Duration, Instant};

use crate::launch::{ProcessorTime, Tree};

/// The shortest and the longest time between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// What a sandbox may use, and has used.
#[derive(Debug)]
pub(super) struct Meter {
    limit: Duration,
    used: ProcessorTime,
    next: Instant,
}

impl Meter {
    /// `None` where there is no limit.
    pub(super) fn new(limit: Option<Duration>, now: Instant) -> Option<Meter> {
        let limit = limit.filter(|limit| !limit.is_zero())?;
        Some(Meter { limit, used: ProcessorTime::default(), next: now + pause(limit) })
    }

    pub(super) fn next_look(&self) -> Instant {
        self.next
    }

    /// The limit, if it is time to look and it is used up.
    pub(super) fn look(&mut self, tree: &Tree, now: Instant) -> Option<Duration> {
        if now < self.next {
            return None;
        }
        tree.processor_time(&mut self.used);
        let left = self.limit.saturating_sub(self.used.total());
        // What a look costs is not to become more than what is looked at.
        self.next = now + pause(left).max(now.elapsed() * 20);
        left.is_zero().then_some(self.limit)
    }
}

/// With all processors at it, no less than this can pass before so much is used.
fn pause(left: Duration) -> Duration {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let pause = left / u32::try_from(processors).unwrap_or(u32::MAX);
    pause.clamp(PAUSES.0, PAUSES.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_there_is_no_meter() {
        let now = Instant::now();
        assert!(Meter::new(None, now).is_none() && Meter::new(Some(Duration::ZERO), now).is_none());
        assert!(Meter::new(Some(Duration::MAX), now).is_some_and(|meter| meter.next_look() == now + PAUSES.1));
    }
}
