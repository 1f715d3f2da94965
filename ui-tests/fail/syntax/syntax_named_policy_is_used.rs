//! The name of a policy with mistakes stays known: its uses are no errors.

use sandbox2::{Policy, policy};

policy! {
    /// What the worker may do.
    pub static WORKER: Policy; //~ syntax
    ALLOW read;
}

fn main() {
    let _policy: &Policy = &WORKER;
}
