use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1;
    ALLOW write if fd == 0x1; //~ duplicate
}

fn main() {}
