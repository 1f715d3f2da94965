//! Which rules of a policy its tests need.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;

use super::verdict::Verdict;
use super::violation::Place;
use crate::policy::{Decider, Decision, Policy};

/// Keeps in mind which rules of a policy have decided about something, so that tests can tell which no test needs.
///
/// A rule that nothing needs is either not tested or not needed; the second is a hole. Rules of groups count by the line that uses
/// the group: a group is needed if one of its rules is.
///
/// # Examples
/// ```
/// use sandbox2::{Coverage, assert_allows, assert_denies};
///
/// sandbox2::policy! {
///     static LOGGER;
///
///     ALLOW write if fd == 2;
///     ALLOW fsync if fd == 2;
///     ERRNO(ENOENT) openat;
/// }
///
/// let coverage = Coverage::of(&LOGGER);
/// assert_allows!(coverage, write(2, _, _));
/// assert_denies!(coverage, openat(_, _, _, _), ERRNO(ENOENT));
/// let missed = coverage.missed();
/// assert_eq!(missed.len(), 1);
/// assert_eq!(missed[0].text, "ALLOW fsync if fd == 2;");
/// ```
#[derive(Debug)]
pub struct Coverage {
    policy: Policy,
    /// Indices into the policy's origins.
    needed: Mutex<BTreeSet<u16>>,
}

impl Coverage {
    /// Nothing of that policy is needed yet.
    #[must_use]
    pub fn of(policy: &Policy) -> Coverage {
        Coverage { policy: policy.clone(), needed: Mutex::default() }
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What the policy says about a call, as [`Policy::evaluate`]; the rule that says it is needed.
    pub fn evaluate(&self, data: &SeccompData) -> Verdict {
        self.decided(self.policy.decide(data));
        self.policy.evaluate(data)
    }

    pub(crate) fn decided(&self, decision: Decision) {
        if let Decider::Rule { origin, .. } = decision.by {
            self.needed.lock().unwrap_or_else(PoisonError::into_inner).insert(origin.0);
        }
    }

    /// The rules that nothing has needed, in the order of the policy.
    ///
    /// A rule for one architecture only counts on every machine: assertions look at all of them.
    #[must_use]
    pub fn missed(&self) -> Vec<Place> {
        let needed = self.needed.lock().unwrap_or_else(PoisonError::into_inner);
        let origins = self.policy.origins();
        let file = &self.policy.parts().file;
        let place = |index: u16| {
            let origin = origins.get(usize::from(index)).filter(|origin| !origin.is_built_in())?;
            Some(Place::new(file, origin.clone()))
        };
        let key = |place: &Place| (place.file.clone(), place.line, place.column, place.group.is_some());
        let covered: BTreeSet<_> = needed.iter().filter_map(|index| place(*index)).map(|place| key(&place)).collect();
        let mut seen = BTreeSet::new();
        let mut missed = Vec::new();
        for arch in Arch::ALL {
            for rule in self.policy.written(arch).calls.iter().flat_map(|call| call.rules.iter()) {
                let Some(place) = place(rule.origin.0) else { continue };
                if !covered.contains(&key(&place)) && seen.insert(key(&place)) {
                    missed.push(place);
                }
            }
        }
        missed.sort_by_key(key);
        missed
    }

    /// Asserts that every rule was needed.
    ///
    /// # Panics
    /// With the rules that were not.
    #[track_caller]
    pub fn assert_complete(&self) {
        let missed = self.missed();
        let list: Vec<String> = missed.iter().map(|place| format!("\n  {place}")).collect();
        assert!(missed.is_empty(), "no call needed these rules of the policy:{}", list.concat());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_needs_is_missed() {
        let text =
            "use time;\nALLOW read;\nwrite { fd == 1 => ALLOW, _ => ERRNO(EBADF), }\nif arch x86_64 { ALLOW fork; }";
        let policy = Policy::parse(text).unwrap();
        let coverage = Coverage::of(&policy);
        let lines =
            |coverage: &Coverage| coverage.missed().iter().map(|place| (place.line, place.column)).collect::<Vec<_>>();
        assert_eq!(lines(&coverage), [(1, 5), (2, 7), (3, 9), (3, 27), (4, 24)]);
        for (name, fd) in [("read", 0), ("write", 1), ("clock_gettime", 0)] {
            let call = policy.call(name, [fd, 0, 0, 0, 0, 0]).unwrap();
            assert!(coverage.evaluate(&call).action.permits());
        }
        assert_eq!(lines(&coverage), [(3, 27), (4, 24)]);
        let panic = std::panic::catch_unwind(|| coverage.assert_complete()).unwrap_err();
        assert!(panic.downcast_ref::<String>().unwrap().contains("policy:3:27"));
    }
}
