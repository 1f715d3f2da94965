use sandbox2::policy;

policy! {
    static POLICY;

    mprotect {
        prot == 4 => ERRNO(1), //~ flags_equality
        _ => ALLOW,
    }
}

fn main() {}
