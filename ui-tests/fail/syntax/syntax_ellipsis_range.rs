use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd in 0...2; //~ syntax
}

fn main() {}
