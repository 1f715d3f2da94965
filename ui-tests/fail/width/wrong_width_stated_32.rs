use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if count: u32 < 4096; //~ wrong_width
    ALLOW lseek if offset: i32 == 0; //~ wrong_width
}

fn main() {}
