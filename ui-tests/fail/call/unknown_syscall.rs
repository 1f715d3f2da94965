use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW raed; //~ unknown_syscall
    ALLOW opnat, write, clsoe; //~ unknown_syscall unknown_syscall
}

fn main() {}
