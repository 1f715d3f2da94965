//! What `policy!` says to its users: right policies compile, and each mistake is one error on the user's own token.
//!
//! - `pass/*.rs` compile and run.
//! - `fail/FOLDER/SLUG.rs` hold mistakes of one kind ([`ProblemKind`]); `SLUG_more.rs` is another fixture of that kind.
//! - `rustc/*.rs` hold mistakes that rustc itself finds in what `policy!` expands to.
//!
//! Each line at which an error must begin is marked `//~ slug` (`//~ rustc` in `rustc/`), once for each error. The marks are
//! held against the kinds that the front end reports and against the lines that the compiler names in the `.stderr`.

mod fixtures;

use std::collections::BTreeSet;

use fixtures::{Fixture, Mark, all, sources};
use sandbox2_policy::problem::ProblemKind;

/// Kinds that no policy can cause.
const WITHOUT_FIXTURE: [ProblemKind; 1] = [ProblemKind::NotProved];

#[test]
fn right_policies_compile_and_run() {
    let tests = trybuild::TestCases::new();
    tests.pass("pass/*.rs");
}

#[test]
fn mistakes_are_told_as_recorded() {
    let tests = trybuild::TestCases::new();
    for fixture in all() {
        if fixture.concerns_this_machine() {
            tests.compile_fail(fixture.path);
        }
    }
}

#[test]
fn every_kind_of_problem_has_a_fixture() {
    let shown: BTreeSet<ProblemKind> = sources("fail/*").iter().filter_map(Fixture::kind).collect();
    let missing: Vec<_> =
        ProblemKind::ALL.iter().filter(|kind| !shown.contains(kind) && !WITHOUT_FIXTURE.contains(kind)).collect();
    assert!(missing.is_empty(), "no fixture in ui-tests/fail shows {missing:?}");
}

#[test]
fn every_fixture_is_named_after_a_kind_of_its_folder() {
    for fixture in sources("fail/*") {
        assert!(fixture.kind().is_some(), "{} begins with no kind of its folder", fixture.name());
    }
}

#[test]
fn every_recorded_message_has_a_source_and_every_source_its_messages() {
    for fixture in all() {
        assert!(fixture.path.with_extension("stderr").is_file(), "{} has no .stderr", fixture.name());
    }
    for recorded in fixtures::recorded() {
        assert!(recorded.with_extension("rs").is_file(), "{} has no .rs", recorded.display());
    }
}

#[test]
fn each_mistake_is_one_problem_of_the_kind_that_its_line_is_marked_with() {
    let mut wrong = Vec::new();
    for fixture in sources("fail/*") {
        let (found, marks) = (fixture.problems(), fixture.marks());
        if found != marks {
            wrong.push(format!("{}: found {}, marked {}", fixture.name(), shown(&found), shown(&marks)));
        }
        if !marks.iter().any(|mark| Some(mark.slug.as_str()) == fixture.kind().map(ProblemKind::slug)) {
            wrong.push(format!("{} marks no problem of the kind it is named after", fixture.name()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_mistake_is_one_error_at_the_marked_line() {
    let mut wrong = Vec::new();
    for fixture in all() {
        let marked: Vec<usize> = fixture.marks().iter().map(|mark| mark.line).collect();
        assert!(!marked.is_empty(), "{} has no mark", fixture.name());
        let recorded = fixture.recorded_lines();
        if recorded != marked {
            wrong.push(format!("{}: errors at lines {recorded:?}, marks at {marked:?}", fixture.name()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn shown(marks: &[Mark]) -> String {
    let marks: Vec<_> = marks.iter().map(|mark| format!("{}:{}", mark.line, mark.slug)).collect();
    marks.join(" ")
}
