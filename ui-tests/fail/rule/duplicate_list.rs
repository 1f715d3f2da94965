use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd in [1, 2, 1]; //~ duplicate
}

fn main() {}
