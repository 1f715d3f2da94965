use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(3); //~ argument_index
        JEQ32(1, ALLOW);
        KILL;
    }
    // The kernel calls the fifth argument `arg5`; a sixth there is not.
    bpf prctl {
        ARG(5); //~ argument_index
        JEQ(1, ALLOW);
        KILL;
    }
    bpf syscall 901 {
        ARG(6); //~ argument_index
        JEQ(1, ALLOW);
        KILL;
    }
}

fn main() {}
