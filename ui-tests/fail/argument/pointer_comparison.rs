use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if filename == 0; //~ pointer_comparison
    ALLOW write if buf > NULL; //~ pointer_comparison
    ALLOW read if buf & 7 == 0; //~ pointer_comparison
    ALLOW prlimit64 if new_rlim in [NULL]; //~ pointer_comparison
    ALLOW close if fd == 1;
}

fn main() {}
