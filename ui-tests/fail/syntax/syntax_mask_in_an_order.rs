use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if flags & 3 < 2; //~ syntax
    ALLOW open? if flags & 3 in 0..=1; //~ syntax
}

fn main() {}
