use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO mount; //~ syntax
    TRAP ptrace; //~ syntax
    ERRNO() umount2; //~ syntax
}

fn main() {}
