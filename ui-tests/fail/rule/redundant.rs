use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALLOW, //~ redundant
        fd < 3 => ALLOW,
    }
}

fn main() {}
