use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALLOW; //~ syntax
        fd == 2 => ALLOW; //~ syntax
    }
}

fn main() {}
