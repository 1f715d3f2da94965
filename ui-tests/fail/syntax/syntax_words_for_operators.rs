use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1 and count < 4096; //~ syntax
    ALLOW read if not fd == 1; //~ syntax
}

fn main() {}
