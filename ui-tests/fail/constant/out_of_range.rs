use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 0x1_0000_0001; //~ out_of_range
    ALLOW socket if family == 0x1_0000_0000; //~ out_of_range
    ALLOW read if count < 0x1_0000_0000_0000_0000; //~ out_of_range
}

fn main() {}
