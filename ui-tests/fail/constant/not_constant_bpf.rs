use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        LOAD_ARCH;
        JEQ32(AUDIT_ARCH_X86_46, KILL); //~ not_constant
        LOAD_SYSCALL_NR;
        JEQ32({ 1 + 1 }, KILL); //~ not_constant
        ALLOW;
    }
}

fn main() {}
