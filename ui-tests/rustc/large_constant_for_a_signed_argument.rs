use sandbox2::policy;

policy! {
    pub static POLICY;

    ALLOW openat if dfd == { 0xffff_ff9c_u32 }; //~ rustc
    ALLOW lseek if offset == { u64::MAX }; //~ rustc
}

fn main() {}
