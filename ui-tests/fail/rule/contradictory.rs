use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1 && fd == 2; //~ contradictory
    ALLOW read if fd > 5 && fd < 3; //~ contradictory
    ALLOW openat if flags & 1 == 2; //~ contradictory
    ALLOW lseek if fd in [1, 2] && fd == 3; //~ contradictory
}

fn main() {}
