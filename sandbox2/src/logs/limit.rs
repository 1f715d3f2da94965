//! How much of what a sandboxee logs is taken.

use std::time::{Duration, Instant};

/// The most that is taken of what a sandboxee logs. What is more is left out and counted.
///
/// Up to ten seconds' worth may come at once.
///
/// # Examples
/// ```
/// let mut limits = sandbox2::LogLimits::default();
/// limits.records_per_second = 1000;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLimits {
    /// Records in a second: 100 if nothing is said.
    pub records_per_second: u32,
    /// Bytes in a second, as they are shown: 64 KiB if nothing is said.
    pub bytes_per_second: u32,
    /// Bytes in all, as they are shown: 64 MiB if nothing is said.
    pub bytes: u64,
}

impl Default for LogLimits {
    fn default() -> LogLimits {
        LogLimits { records_per_second: 100, bytes_per_second: 64 << 10, bytes: 64 << 20 }
    }
}

/// What fills up with time, and is taken from.
#[derive(Debug)]
struct Bucket {
    per_second: f64,
    /// Below zero after a record that was larger than what was left.
    level: f64,
}

impl Bucket {
    const SECONDS: f64 = 10.0;

    fn new(per_second: u32) -> Bucket {
        let per_second = f64::from(per_second);
        Bucket { per_second, level: per_second * Bucket::SECONDS }
    }

    fn fill(&mut self, time: Duration) {
        let most = self.per_second * Bucket::SECONDS;
        self.level = (self.level + time.as_secs_f64() * self.per_second).min(most);
    }
}

/// Says whether there is room for another record.
#[derive(Debug)]
pub(super) struct Limiter {
    records: Bucket,
    bytes: Bucket,
    /// How many bytes may still come in all.
    left: u64,
    filled: Instant,
}

impl Limiter {
    pub(super) fn new(limits: LogLimits, now: Instant) -> Limiter {
        Limiter {
            records: Bucket::new(limits.records_per_second),
            bytes: Bucket::new(limits.bytes_per_second),
            left: limits.bytes,
            filled: now,
        }
    }

    /// Whether a record may be taken now.
    pub(super) fn has_room(&mut self, now: Instant) -> bool {
        let time = now.saturating_duration_since(self.filled);
        self.filled = now;
        self.records.fill(time);
        self.bytes.fill(time);
        self.records.level >= 1.0 && self.bytes.level > 0.0 && !self.is_used_up()
    }

    /// Takes a record that is shown as that many bytes.
    pub(super) fn take(&mut self, bytes: usize) {
        self.records.level -= 1.0;
        self.bytes.level -= bytes as f64;
        self.left = self.left.saturating_sub(bytes as u64);
    }

    /// Whether nothing will be taken any more.
    pub(super) fn is_used_up(&self) -> bool {
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(records_per_second: u32, bytes_per_second: u32, bytes: u64) -> LogLimits {
        LogLimits { records_per_second, bytes_per_second, bytes }
    }

    /// How many records of that size are taken at that moment.
    fn taken(limiter: &mut Limiter, now: Instant, bytes: usize) -> usize {
        let mut count = 0;
        while limiter.has_room(now) && count < 10_000 {
            limiter.take(bytes);
            count += 1;
        }
        count
    }

    #[test]
    fn ten_seconds_worth_may_come_at_once_and_then_as_much_as_a_second_has() {
        let mut now = Instant::now();
        let mut limiter = Limiter::new(limits(5, 1_000_000, u64::MAX), now);
        assert_eq!(taken(&mut limiter, now, 100), 50);
        for _ in 0..3 {
            now += Duration::from_secs(2);
            assert_eq!(taken(&mut limiter, now, 100), 10);
        }
        now += Duration::from_secs(3600);
        assert_eq!(taken(&mut limiter, now, 100), 50);
    }

    #[test]
    fn large_records_use_up_the_bytes_of_a_second() {
        let mut now = Instant::now();
        let mut limiter = Limiter::new(limits(1000, 10, u64::MAX), now);
        // One that is larger than all there ever is goes, and those after it wait until it is made up for.
        assert_eq!(taken(&mut limiter, now, 150), 1);
        now += Duration::from_secs(4);
        assert_eq!(taken(&mut limiter, now, 150), 0);
        now += Duration::from_secs(2);
        assert_eq!(taken(&mut limiter, now, 5), 2);
    }

    #[test]
    fn in_all_no_more_than_that_many_bytes_come() {
        let mut now = Instant::now();
        let mut limiter = Limiter::new(limits(1000, 1_000_000, 1000), now);
        assert_eq!(taken(&mut limiter, now, 300), 4);
        assert!(limiter.is_used_up());
        now += Duration::from_secs(1_000_000);
        assert_eq!(taken(&mut limiter, now, 1), 0);
    }

    #[test]
    fn a_clock_that_stands_still_or_goes_back_gives_nothing() {
        let now = Instant::now() + Duration::from_secs(100);
        let mut limiter = Limiter::new(limits(1, 1000, 1000), now);
        assert_eq!(taken(&mut limiter, now, 1), 10);
        assert!(!limiter.has_room(now) && !limiter.has_room(now - Duration::from_secs(50)));
    }
}
