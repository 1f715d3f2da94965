use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if flags & 1; //~ syntax
}

fn main() {}
