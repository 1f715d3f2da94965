use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if flags & 0 == 0; //~ vacuous
}

fn main() {}
