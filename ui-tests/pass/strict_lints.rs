//! Nothing in the expansion gives a warning, however strict the user's lints are.

#![deny(warnings, missing_docs, unused, nonstandard_style, future_incompatible, rust_2018_idioms, unsafe_code)]
#![deny(missing_debug_implementations, unreachable_pub, single_use_lifetimes, trivial_casts, trivial_numeric_casts)]
#![deny(unused_qualifications, unused_import_braces, unused_results, variant_size_differences, let_underscore_drop)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]

use sandbox2::{Policy, policy};

const DESCRIPTOR: u32 = 3;
const LARGEST: usize = 4096;

policy! {
    /// What this program may do.
    static POLICY;

    default ERRNO(EPERM);
    ALLOW read if fd == { DESCRIPTOR } && count < { LARGEST };
    ALLOW write if fd == { 1_u32 } || fd == { DESCRIPTOR + 1 };
    ALLOW mmap if prot & PROT_EXEC == 0;
    ERRNO(ENOENT) open?, openat;
    file "/etc/localtime";
    tmpfs "/tmp" size 16M;
    hostname "strict";
}

const CONSTANT: Policy = policy! { ALLOW close if fd == { DESCRIPTOR }; };

const WITHOUT_CONSTANTS: Policy = policy! { ALLOW close; };

fn main() {
    assert!(format!("{WITHOUT_CONSTANTS:?}").contains("None"));
    let local = policy! {
        ALLOW close if fd == { DESCRIPTOR };
    };
    assert_ne!(format!("{POLICY:?}"), format!("{CONSTANT:?}{local:?}"));
}
