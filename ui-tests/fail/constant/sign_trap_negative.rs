use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == -1; //~ sign_trap
    ALLOW read if count != -1; //~ sign_trap
}

fn main() {}
