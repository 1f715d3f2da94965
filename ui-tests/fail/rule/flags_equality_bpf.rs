use sandbox2::policy;

policy! {
    static POLICY;

    bpf mmap {
        ARG_32(2);
        JEQ32(PROT_EXEC, KILL); //~ flags_equality
        ALLOW;
    }
}

fn main() {}
