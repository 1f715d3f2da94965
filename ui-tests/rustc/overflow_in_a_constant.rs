use sandbox2::policy;

const BASE: u32 = 4_000_000_000;

policy! {
    pub static POLICY;

    ALLOW write if fd == { BASE + BASE }; //~ rustc
}

fn main() {}
