use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd <= 5 => ALLOW,
        fd >= 3 => ERRNO(9),
        fd == 4 => ALLOW, //~ shadowed
    }
}

fn main() {}
