use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if 0 < fd < 3; //~ syntax
    ALLOW read if fd == 0 == 1; //~ syntax
}

fn main() {}
