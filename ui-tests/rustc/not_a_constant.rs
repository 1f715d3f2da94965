use sandbox2::policy;

fn descriptor() -> u32 {
    1
}

policy! {
    pub static POLICY;

    ALLOW write if fd == { descriptor() }; //~ rustc
}

fn main() {}
