use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1; //~ redundant
    ALLOW write;
}

fn main() {}
