use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW(1) write; //~ syntax
}

fn main() {}
