//! What a host tells a program in its environment: `Introduction`.
//!
//! Holds for every input: it is read or refused; what was read is the same once written and read again; each descriptor and each name
//! is there once, so that none gets two owners.

use std::collections::BTreeSet;

use sandbox2_client::environment::{Introduction, is_name};

/// Runs one input.
///
/// # Panics
/// If something does not hold.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(introduction) = Introduction::parse(text) else { return };
    check(&introduction);
}

/// Checks one that was read.
///
/// # Panics
/// If something does not hold.
pub fn check(introduction: &Introduction) {
    assert_eq!(Introduction::parse(&introduction.to_value()).as_ref(), Ok(introduction));
    let Introduction { comms, control, forks, named, .. } = introduction;
    let numbers: Vec<i32> =
        [comms, control, forks].into_iter().flatten().chain(named.iter().map(|(_, number)| number)).copied().collect();
    assert!(numbers.iter().all(|number| *number >= 0));
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "a descriptor has two owners");
    assert!(named.iter().all(|(name, _)| is_name(name)));
    assert_eq!(named.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), named.len(), "a name stands twice");
}
