use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALLOW,
        fd == 2 => KILL, //~ equals_default
    }
}

fn main() {}
