//! The processor time of a whole sandbox, looked at from time to time.

use std::time::{Duration, Instant};

use crate::launch::ProcessorTime;

/// The shortest and the longest time between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// What a sandbox may use, and has used.
#[derive(Debug)]
pub(super) struct Meter {
    limit: Duration,
    /// `None` while somebody looks.
    used: Option<ProcessorTime>,
    next: Instant,
}

impl Meter {
    /// `None` where there is no limit.
    pub(super) fn new(limit: Option<Duration>, now: Instant) -> Option<Meter> {
        let limit = limit.filter(|limit| !limit.is_zero())?;
        Some(Meter { limit, used: Some(ProcessorTime::default()), next: now + pause(limit) })
    }

    /// When it is time to look; `None` while somebody does.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.used.as_ref().map(|_| self.next)
    }

    /// What was used so far, for whoever looks now, if it is time to.
    pub(super) fn begin(&mut self, now: Instant) -> Option<ProcessorTime> {
        self.used.take_if(|_| now >= self.next)
    }

    /// What has been used, and when the look at it began; the limit, if that is used up.
    pub(super) fn looked(&mut self, used: ProcessorTime, began: Instant) -> Option<Duration> {
        let left = self.limit.saturating_sub(used.total());
        self.used = Some(used);
        // What a look costs is not to become more than what is looked at.
        let took = began.elapsed();
        self.next = began + took + pause(left).max(took * 20);
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
        assert!(Meter::new(Some(Duration::MAX), now).is_some_and(|meter| meter.next_look() == Some(now + PAUSES.1)));
    }
}
