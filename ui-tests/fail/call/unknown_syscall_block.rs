use sandbox2::policy;

policy! {
    static POLICY;

    wirte { //~ unknown_syscall
        fd == 1 => ALLOW,
        fd == 2 => ALLOW,
        _ => ERRNO(9),
    }
}

fn main() {}
