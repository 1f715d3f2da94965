use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd: i32 == 1; //~ wrong_sign
    ALLOW socket if family: u32 == 1; //~ wrong_sign
    ALLOW lseek if offset: u64 == 0; //~ wrong_sign
    ALLOW read if count: isize == 0; //~ wrong_sign
}

fn main() {}
