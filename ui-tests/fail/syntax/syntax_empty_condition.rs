use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if; //~ syntax
}

fn main() {}
