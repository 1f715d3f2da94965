use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        LOAD_ARCH;
        JEQ32(AUDIT_ARCH_X86_64, ALLOW);
        JEQ32(AUDIT_ARCH_I386, KILL); //~ contradictory
        TRAP(1);
    }
    if arch aarch64 {
        bpf read {
            LOAD_SYSCALL_NR;
            JNE32(63, KILL); //~ contradictory
            ALLOW;
        }
    }
}

fn main() {}
