use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW READ; //~ unknown_syscall
}

fn main() {}
