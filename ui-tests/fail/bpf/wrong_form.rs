use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ(1, ALLOW); //~ wrong_form
        ARG(2);
        JGT32(4096, KILL); //~ wrong_form
        LOAD_ARCH;
        JEQ(AUDIT_ARCH_X86_64, KILL); //~ wrong_form
        ALLOW;
    }
}

fn main() {}
