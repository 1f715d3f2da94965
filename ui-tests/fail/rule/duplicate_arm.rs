use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALLOW,
        fd == 1 => ALLOW, //~ duplicate
    }
}

fn main() {}
