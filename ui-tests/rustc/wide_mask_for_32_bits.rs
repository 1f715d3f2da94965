use sandbox2::policy;

const MASK: u64 = 0x7e02_0000;

policy! {
    pub static POLICY;

    ALLOW openat if flags & { MASK } == 0; //~ rustc
}

fn main() {}
