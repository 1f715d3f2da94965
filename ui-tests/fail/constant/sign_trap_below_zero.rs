use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd < 0; //~ sign_trap
    ALLOW read if count >= 0; //~ sign_trap
}

fn main() {}
