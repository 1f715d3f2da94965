use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 999999999999999999999999999999999999999999; //~ syntax
}

fn main() {}
