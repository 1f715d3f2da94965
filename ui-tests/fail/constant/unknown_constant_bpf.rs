use sandbox2::policy;

policy! {
    static POLICY;

    bpf mprotect {
        ARG_32(2);
        JNE32(PROT_READ | PROT_WRIT, KILL); //~ unknown_constant
        ALLOW;
    }
}

fn main() {}
