use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if flags & 0x1_0000_0000 == 0; //~ out_of_range
}

fn main() {}
