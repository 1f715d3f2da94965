//! Groups: named sets of rules for what real programs need, written in the policy language itself.

/// A group that a policy can `use`.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its name in `use NAME;`.
    pub name: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// Its rules, as statements of the policy language. A statement that begins with `fallback` holds only for calls
    /// that nothing else in the policy names.
    pub source: &'static str,
}

/// The group of that name.
#[must_use]
pub fn group(name: &str) -> Option<&'static Group> {
    groups().iter().find(|group| group.name == name)
}

/// All groups.
#[must_use]
pub fn groups() -> &'static [Group] {
    &[]
}
