use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd: u64 == 1; //~ wrong_width
    ALLOW socket if family: i64 == 1; //~ wrong_width
}

fn main() {}
