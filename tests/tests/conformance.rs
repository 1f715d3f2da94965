//! `CONFORMANCE.md` names tests that exist.

use std::fs;
use std::path::Path;

/// Each `path#name` of the table.
fn named(text: &str) -> Vec<(&str, &str)> {
    text.split('`').skip(1).step_by(2).filter_map(|word| word.split_once('#')).collect()
}

#[test]
fn every_test_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above");
    let text = fs::read_to_string(root.join("CONFORMANCE.md")).expect("the table is there");
    let named = named(&text);
    assert!(named.len() > 60, "the tests are not found any more: {named:?}");
    for (path, name) in named {
        let source = fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let test = format!("fn {name}(");
        assert!(source.contains(&test), "{path} has no test {name}");
        let before = source.split(&test).next().unwrap_or_default();
        assert!(before.trim_end().ends_with("#[test]"), "{path}: {name} is no test");
    }
}

#[test]
fn names_are_found_between_quotes() {
    assert_eq!(named("a `x/y.rs#one` and `no` or `z.rs#two`"), [("x/y.rs", "one"), ("z.rs", "two")]);
}
