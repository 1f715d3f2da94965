//! Every input that is checked in, run without a fuzzer.

use std::path::Path;

use sandbox2_fuzz::{TARGETS, Target, replay};

/// Runs what is checked in for a target; how many inputs there are.
fn run(name: &str, target: Target) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let files = replay::files(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for file in &files {
        let bytes = std::fs::read(file).expect("it can be read");
        // Shown if it fails.
        println!("{}", file.display());
        target(&bytes);
    }
    files.len()
}

#[test]
fn what_must_hold_holds_for_every_input_that_is_checked_in() {
    for (name, target) in TARGETS {
        let count = run(name, *target);
        assert!(count > 0, "{name} has no inputs");
    }
}
