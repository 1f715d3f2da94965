use sandbox2::policy;

const LIMIT: usize = 3;

policy! {
    pub static POLICY;

    ALLOW write if fd < { LIMIT }; //~ rustc
}

fn main() {}
