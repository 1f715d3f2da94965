use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if dfd < 0x8000_0000 | 1; //~ sign_trap
}

fn main() {}
