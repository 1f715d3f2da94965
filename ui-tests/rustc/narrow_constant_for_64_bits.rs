use sandbox2::policy;

policy! {
    pub static POLICY;

    ALLOW write if count == { 3i32 }; //~ rustc
}

fn main() {}
