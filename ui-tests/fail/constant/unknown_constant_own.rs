use sandbox2::policy;

const AUDIT_FD: u32 = 3;

policy! {
    static POLICY;

    ALLOW write if fd == AUDIT_FD; //~ unknown_constant
}

fn main() {
    let _ = AUDIT_FD;
}
