//! Two policies side by side.

use sandbox2_policy::arch::Arch;
use sandbox2_policy::compare::{self, Answer, CannotCompare, Difference, substitute, substitute_known};
use sandbox2_policy::meaning::{Meaning, OriginId};

use super::Policy;

/// One policy permits what another does not, or the two cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSubset {
    /// It permits more: the call shows it.
    #[error("it permits more: {0}")]
    PermitsMore(Difference),
    /// It could not be decided.
    #[error(transparent)]
    CannotCompare(#[from] CannotCompare),
}

impl Policy {
    /// Every way in which `other` differs from this policy, on this policy's architecture: by ascending number of the call,
    /// one for each pair of actions, each with a call that shows it.
    ///
    /// Decided for all arguments, not sampled. A slot without a value counts as 0.
    ///
    /// # Errors
    /// If the policies are for different architectures, or too complicated to compare.
    pub fn diff(&self, other: &Policy) -> Result<Vec<Difference>, CannotCompare> {
        compare::diff(&self.concrete(), &other.concrete())
    }

    /// Whether everything that this policy permits is permitted by `other` as well.
    ///
    /// Decided for all arguments, not sampled. ALLOW and LOG permit; NOTIFY may permit, so it is within ALLOW, LOG and NOTIFY.
    ///
    /// # Errors
    /// A call that this policy permits and `other` does not; or why that could not be decided.
    pub fn is_subset_of(&self, other: &Policy) -> Result<(), NotSubset> {
        match compare::permits_more(&self.concrete(), &other.concrete())? {
            Some(difference) => Err(NotSubset::PermitsMore(difference)),
            None => Ok(()),
        }
    }

    /// Every way in which this policy answers the calls that `pattern` has rules for, on that architecture. A slot without a
    /// value counts as every value.
    pub(crate) fn answers(&self, pattern: &Policy, arch: Arch) -> Result<Vec<Answer>, CannotCompare> {
        let parts = self.parts();
        let mut known: Vec<Option<u64>> = parts.symbols.iter().copied().map(Some).collect();
        for slot in parts.slots.iter().filter(|slot| !slot.bound) {
            if let Some(value) = known.get_mut(usize::from(slot.symbol)) {
                *value = None;
            }
        }
        let pattern = pattern.written(arch);
        compare::answers(&substitute_known(&self.meaning_for(arch), &known), &pattern)
    }

    /// The rules on that architecture that were written, with the values of their constants.
    pub(crate) fn written(&self, arch: Arch) -> Meaning {
        let mut meaning = substitute(&self.meaning_for(arch), &self.parts().symbols);
        let origins = self.origins();
        let written = |origin: OriginId| origins.get(usize::from(origin.0)).is_some_and(|origin| !origin.is_built_in());
        meaning.calls.to_mut().retain(|call| call.rules.iter().any(|rule| written(rule.origin)));
        meaning
    }

    /// The meaning with the values of its constants and slots.
    fn concrete(&self) -> Meaning {
        substitute(&self.meaning(), &self.parts().symbols)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_decided_and_shown() {
        let one = Policy::parse("ALLOW write if fd == 1; ALLOW read;").unwrap();
        let other =
            Policy::parse("ALLOW write if fd == 1 || fd == 3 && count > 0x1_0000_0000; ERRNO(EBADF) read;").unwrap();
        let differences: Vec<String> = one.diff(&other).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(
            differences.join("\n"),
            "read: ALLOW, then ERRNO(EBADF); for example read(fd = 0, buf = 0, count = 0)\n\
             write: KILL, then ALLOW; for example write(fd = 3, buf = 0, count = 0x100000001)"
        );
        assert!(matches!(one.is_subset_of(&other), Err(NotSubset::PermitsMore(_))));
        assert_eq!(one.diff(&one), Ok(Vec::new()));
    }

    #[test]
    fn what_no_rule_names_is_compared_as_well() {
        let strict = Policy::parse("ALLOW read;").unwrap();
        let open = Policy::parse("danger { default ALLOW; }").unwrap();
        let old = Policy::parse("baseline linux(5.10); ALLOW read;").unwrap();
        assert!(strict.is_subset_of(&open).is_ok());
        assert!(open.is_subset_of(&strict).is_err());
        assert!(strict.is_subset_of(&old).is_ok() && old.is_subset_of(&strict).is_ok());
        assert!(!strict.diff(&old).unwrap().is_empty());
    }
}
