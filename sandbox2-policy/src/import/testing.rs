//! Imported policies held against our own.

use super::{ImportError, Imported};
use crate::arch::Arch;
use crate::check::{CheckedPolicy, check};
use crate::compare::diff;
use crate::pipeline;
use crate::problem::Problems;
use crate::resolve::resolve;

/// The policy, after every check that the language has.
pub(super) fn checked(imported: &Imported) -> CheckedPolicy {
    let mut problems = Problems::default();
    let resolved = resolve(&imported.def, &mut problems);
    let checked = check(resolved, &mut problems);
    assert!(problems.is_empty(), "{:#?}\n{:#?}", problems.into_vec(), imported.def);
    assert!(checked.missing().is_empty(), "{:?}", checked.missing());
    checked
}

/// Whether the policy means on every architecture what ours does, which is written in the language.
pub(super) fn means(imported: Result<Imported, ImportError>, ours: &str) {
    let imported = imported.unwrap_or_else(|error| panic!("{error}"));
    let found = checked(&imported);
    let parsed = crate::syntax::parse(ours.parse().unwrap());
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let mut problems = Problems::default();
    let resolved = resolve(&parsed.def, &mut problems);
    let wanted = check(resolved, &mut problems);
    assert!(problems.is_empty(), "{:#?}", problems.into_vec());
    for arch in Arch::ALL {
        let differences = diff(found.meaning(arch), wanted.meaning(arch)).unwrap();
        let shown: Vec<String> = differences.iter().map(ToString::to_string).collect();
        assert!(shown.is_empty(), "{}: {}\n{:#?}", arch.name(), shown.join("\n"), imported.def);
    }
    let mut problems = Problems::default();
    assert!(pipeline::build(&imported.def, &mut problems).is_ok(), "{:?}", problems.into_vec());
}

/// The error, as a user reads it.
pub(super) fn fails(imported: Result<Imported, ImportError>, message: &str) {
    match imported {
        Ok(imported) => panic!("it was imported: {:?}", imported.notes),
        Err(error) => assert_eq!(error.to_string(), message),
    }
}

/// The notes, as a user reads them.
pub(super) fn notes(imported: Result<Imported, ImportError>) -> String {
    let imported = imported.unwrap_or_else(|error| panic!("{error}"));
    checked(&imported);
    imported.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
