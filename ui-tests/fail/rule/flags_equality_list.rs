use sandbox2::policy;

policy! {
    static POLICY;

    openat {
        flags in [1, 2] => ERRNO(1), //~ flags_equality
        _ => ALLOW,
    }
}

fn main() {}
