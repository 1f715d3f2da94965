use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == libc::STDOUT_FILENO; //~ syntax
    ALLOW read if fd == descriptor(); //~ syntax
}

fn main() {}
