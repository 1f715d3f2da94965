use sandbox2::policy;

policy! {
    pub static POLICY;

    ALLOW write if count < { 1.5 }; //~ rustc
}

fn main() {}
