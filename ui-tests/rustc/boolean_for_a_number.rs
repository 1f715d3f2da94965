use sandbox2::policy;

policy! {
    pub static POLICY;

    ALLOW write if fd == { true }; //~ rustc
}

fn main() {}
