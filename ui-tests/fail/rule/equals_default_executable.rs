//! What a rule outside `danger` lets through is never executable memory, so that the default decides about it.

use sandbox2::policy;

policy! {
    static POLICY;

    mmap {
        prot == PROT_EXEC => KILL, //~ equals_default
        _ => ALLOW,
    }
}

fn main() {}
