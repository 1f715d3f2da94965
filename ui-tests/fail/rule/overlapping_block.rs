use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALLOW,
        fd == 2 => ERRNO(9),
    }
    ALLOW write if count == 0; //~ overlapping
}

fn main() {}
