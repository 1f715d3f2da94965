use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1u64; //~ wrong_width
    ALLOW close if fd in [1, 2usize]; //~ wrong_width
    ALLOW socket if family in 1i64..=2; //~ wrong_width
}

fn main() {}
