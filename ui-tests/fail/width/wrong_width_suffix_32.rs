use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if count < 4096u32; //~ wrong_width
    ALLOW lseek if offset & 0xfffi32 == 0; //~ wrong_width
}

fn main() {}
