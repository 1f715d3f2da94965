use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1 & count < 4096; //~ syntax
}

fn main() {}
