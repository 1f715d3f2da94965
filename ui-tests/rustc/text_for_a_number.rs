use sandbox2::policy;

policy! {
    pub static POLICY;

    ALLOW write if fd == { "1" }; //~ rustc rustc
}

fn main() {}
