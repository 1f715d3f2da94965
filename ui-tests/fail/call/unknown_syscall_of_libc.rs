use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW sys_read; //~ unknown_syscall
    ALLOW __NR_write; //~ unknown_syscall
    ALLOW printf; //~ unknown_syscall
}

fn main() {}
