use sandbox2::policy;

policy! {
    static POLICY;

    baseline 6.6; //~ syntax
    baseline linux(6); //~ syntax
    limit length <= 3; //~ syntax
    limit path < 3; //~ syntax
    slot LOG_FD: i32; //~ syntax
    slot other i32; //~ syntax
    hot open?; //~ syntax
    ALLOW syscall; //~ unknown_syscall
    override { hot read; } //~ syntax
    override { restrict { KILL read; } } //~ syntax
    danger { use crate::POLICY; } //~ syntax
}

fn main() {}
