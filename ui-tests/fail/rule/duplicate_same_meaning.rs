use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd < 3;
    ALLOW write if fd in [0, 1, 2]; //~ duplicate
}

fn main() {}
