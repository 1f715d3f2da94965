//! The crate under another name; nothing in the expansion says `sandbox2`.

extern crate sandbox2 as other;

mod sandbox2 {}

other::policy! {
    pub static POLICY;

    ALLOW read if fd == { 3 };
    ALLOW mprotect if prot == PROT_READ;
    file "/etc/localtime";
}

mod reexported {
    pub use other::policy as rules;
}

reexported::rules! {
    pub static SECOND;
    ALLOW read;
}

fn main() {
    let expression: other::Policy = other::policy! { ALLOW write; };
    assert!(format!("{POLICY:?}{SECOND:?}{expression:?}").contains("SECOND"));
}
