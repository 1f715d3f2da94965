use sandbox2::policy;

policy! {
    static POLICY;

    // Of the architectures only x86_64 has it.
    bpf open? {
        LOAD_ARCH;
        JEQ32(AUDIT_ARCH_X86_64, ALLOW); //~ vacuous
        KILL;
    }
}

fn main() {}
