use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if dfd == 0xffff_ff9c; //~ sign_trap
    ALLOW socket if family < 0xffff_ffff; //~ sign_trap
    ALLOW lseek if offset == 0xffff_ffff_ffff_ffff; //~ sign_trap
}

fn main() {}
