use sandbox2::policy;

mod config {
    const AUDIT_FD: u32 = 3;
    pub const OTHER_FD: u32 = AUDIT_FD + 1;
}

policy! {
    pub static POLICY;

    ALLOW write if fd == { config::AUDIT_FD } || fd == { config::OTHER_FD }; //~ rustc
}

fn main() {}
