use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd in 0..=9 => ALLOW,
        fd == 5 => ERRNO(9), //~ shadowed
    }
}

fn main() {}
