use sandbox2::policy;

policy! {
    static POLICY: Policy; //~ syntax
    ALLOW read;
}

fn main() {}
