use sandbox2::policy;

policy! {
    pub static POLICY;

    ALLOW write if fd == { AUDIT_FD }; //~ rustc
}

fn main() {}
