use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd in []; //~ syntax
}

fn main() {}
