use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW seccomp if op == 1 && flags & 8 == 8; //~ danger_missing
}

fn main() {}
