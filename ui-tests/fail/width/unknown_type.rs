use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd: u8 == 1; //~ unknown_type
    ALLOW read if fd: int == 1; //~ unknown_type
    ALLOW close if fd == 1u16; //~ unknown_type
    ALLOW dup if fildes == 1f32; //~ unknown_type
}

fn main() {}
