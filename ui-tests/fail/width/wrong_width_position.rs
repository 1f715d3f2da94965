use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if arg0: u64 == 1 || arg2: u32 == 0; //~ wrong_width wrong_width
}

fn main() {}
