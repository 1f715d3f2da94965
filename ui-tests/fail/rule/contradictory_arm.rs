use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 && fd == 2 => ALLOW, //~ contradictory
        fd == 3 => ALLOW,
    }
}

fn main() {}
