use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if !fd == 1; //~ syntax
    ALLOW read if count == 1 && !(fd) == 1; //~ syntax
}

fn main() {}
