use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if count < 1.5; //~ syntax
}

fn main() {}
