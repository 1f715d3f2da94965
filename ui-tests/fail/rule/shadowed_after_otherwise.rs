use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALLOW,
        _ => ERRNO(9),
        fd == 2 => ALLOW, //~ shadowed
    }
}

fn main() {}
