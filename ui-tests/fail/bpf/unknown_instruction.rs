use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG32(0); //~ unknown_instruction
        JEG32(1, ALLOW); //~ unknown_instruction
        SYSCALL(1); //~ unknown_instruction
        JEQ32(1, SANDBOX2_TRACE); //~ unknown_instruction
        DENY; //~ unknown_instruction
    }
}

fn main() {}
