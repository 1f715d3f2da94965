use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW frobnicate; //~ unknown_syscall
}

fn main() {}
