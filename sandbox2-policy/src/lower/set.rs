//! Sets of 32-bit numbers.

/// A set of 32-bit numbers, as ranges that are sorted and neither overlap nor touch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct WordSet(Vec<(u32, u32)>);

impl WordSet {
    /// No number.
    pub(crate) fn empty() -> WordSet {
        WordSet(Vec::new())
    }

    /// Every number.
    pub(crate) fn full() -> WordSet {
        WordSet(vec![(0, u32::MAX)])
    }

    /// One number.
    pub(crate) fn one(value: u32) -> WordSet {
        WordSet(vec![(value, value)])
    }

    /// The numbers from `first` to `last`, both included; none if they are the wrong way round.
    pub(crate) fn range(first: u32, last: u32) -> WordSet {
        if first <= last { WordSet(vec![(first, last)]) } else { WordSet::empty() }
    }

    /// The numbers of all these ranges, each from a first to a last.
    pub(crate) fn of(mut ranges: Vec<(u32, u32)>) -> WordSet {
        ranges.retain(|(first, last)| first <= last);
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        WordSet(merged)
    }

    /// The ranges, each from a first to a last number.
    pub(crate) fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Whether there is no number in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every number is in it.
    pub(crate) fn is_full(&self) -> bool {
        self.0 == [(0, u32::MAX)]
    }

    /// Whether `value` is in it.
    pub(crate) fn contains(&self, value: u32) -> bool {
        let after = self.0.partition_point(|range| range.0 <= value);
        after > 0 && value <= self.0[after - 1].1
    }

    /// What is not in it.
    pub(crate) fn complement(&self) -> WordSet {
        let mut ranges = Vec::with_capacity(self.0.len() + 1);
        let mut next = Some(0);
        for &(first, last) in &self.0 {
            if let Some(from) = next
                && from < first
            {
                ranges.push((from, first - 1));
            }
            next = last.checked_add(1);
        }
        if let Some(from) = next {
            ranges.push((from, u32::MAX));
        }
        WordSet(ranges)
    }

    /// What is in either.
    pub(crate) fn union(&self, other: &WordSet) -> WordSet {
        WordSet::of(self.0.iter().chain(&other.0).copied().collect())
    }

    /// What is in both.
    pub(crate) fn intersection(&self, other: &WordSet) -> WordSet {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some(&&a), Some(&&b)) = (ours.peek(), theirs.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                ranges.push((first, last));
            }
            if a.1 <= b.1 {
                ours.next();
            } else {
                theirs.next();
            }
        }
        WordSet(ranges)
    }

    /// The numbers with their top bit flipped.
    pub(crate) fn flipped(&self) -> WordSet {
        const TOP: u32 = 0x8000_0000;
        let mut ranges = Vec::with_capacity(self.0.len() + 1);
        for &(first, last) in &self.0 {
            if first < TOP && last >= TOP {
                ranges.push((first ^ TOP, u32::MAX));
                ranges.push((0, last ^ TOP));
            } else {
                ranges.push((first ^ TOP, last ^ TOP));
            }
        }
        WordSet::of(ranges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        assert_eq!(WordSet::of(vec![(4, 5), (1, 3), (7, 9)]).ranges(), [(1, 5), (7, 9)]);
        assert_eq!(WordSet::of(vec![(0, u32::MAX), (3, 4)]).ranges(), [(0, u32::MAX)]);
    }

    #[test]
    fn a_complement_covers_both_ends() {
        assert_eq!(WordSet::range(1, 5).complement().ranges(), [(0, 0), (6, u32::MAX)]);
        assert_eq!(WordSet::range(0, 5).complement().ranges(), [(6, u32::MAX)]);
        assert_eq!(WordSet::range(5, u32::MAX).complement().ranges(), [(0, 4)]);
        assert!(WordSet::full().complement().is_empty());
        assert!(WordSet::empty().complement().is_full());
    }

    #[test]
    fn an_intersection_keeps_only_what_both_have() {
        let left = WordSet::of(vec![(0, 5), (10, 20)]);
        let right = WordSet::of(vec![(3, 12), (20, 30)]);
        assert_eq!(left.intersection(&right).ranges(), [(3, 5), (10, 12), (20, 20)]);
    }

    #[test]
    fn flipping_the_top_bit_twice_changes_nothing() {
        let set = WordSet::of(vec![(5, 0x8000_0003), (0xffff_fff0, u32::MAX)]);
        assert_eq!(set.flipped().flipped(), set);
        assert!(set.flipped().contains(3) && !set.flipped().contains(4));
    }
}
