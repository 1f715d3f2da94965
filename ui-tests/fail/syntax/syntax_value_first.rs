use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if 1 == fd; //~ syntax
}

fn main() {}
