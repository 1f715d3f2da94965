use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd in 3..=; //~ syntax
    ALLOW read if fd in ..=3; //~ syntax
}

fn main() {}
