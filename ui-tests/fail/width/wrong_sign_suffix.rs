use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if dfd == 1u32; //~ wrong_sign
}

fn main() {}
