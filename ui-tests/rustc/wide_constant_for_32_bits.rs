use sandbox2::policy;

policy! {
    pub static POLICY;

    ALLOW write if fd == { 1u64 }; //~ rustc
}

fn main() {}
