use sandbox2::policy;

const INVALID: i32 = -1;

policy! {
    pub static POLICY;

    ALLOW write if fd == { INVALID }; //~ rustc
    ALLOW read if count == { -1_i64 }; //~ rustc
}

fn main() {}
