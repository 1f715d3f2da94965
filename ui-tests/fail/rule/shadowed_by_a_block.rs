use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALLOW,
        _ => ERRNO(9),
    }
    ALLOW write if count == 0; //~ shadowed
}

fn main() {}
