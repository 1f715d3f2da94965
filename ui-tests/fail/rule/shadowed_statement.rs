use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write;
    ALLOW write if fd == 1; //~ shadowed
}

fn main() {}
