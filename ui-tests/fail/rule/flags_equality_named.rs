use sandbox2::policy;

policy! {
    static POLICY;

    mmap {
        flags == MAP_SHARED => KILL, //~ flags_equality
        _ => ALLOW,
    }
}

fn main() {}
