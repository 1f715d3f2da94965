use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd in 0..3; //~ syntax
}

fn main() {}
