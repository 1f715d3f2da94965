use sandbox2::{Policy, policy};

const POLICY: Policy = policy! {
    ALLOW read write; //~ syntax
};

fn main() {
    let _policy = &POLICY;
    let _other = policy! {
        ALOW read; //~ unknown_action
        ALLOW write if count: u32 == 3; //~ wrong_width
    };
}
