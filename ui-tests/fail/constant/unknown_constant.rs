use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW mprotect if prot == PROT_RAED; //~ unknown_constant
    ALLOW openat if flags & O_CLOEXCE == 0; //~ unknown_constant
}

fn main() {}
