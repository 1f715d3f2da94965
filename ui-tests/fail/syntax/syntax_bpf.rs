use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32; //~ syntax
        JEQ32(1); //~ syntax
        JEQ32(1, JUMP(&l)); //~ syntax
        JEQ32(1, done); //~ syntax
        JEQ32(1, LABEL(done)); //~ syntax
        ARG_32(0u32); //~ syntax
        TRACE(7); //~ syntax
        KILL;
    }
    // As in C++.
    bpf read {
        ARG_32(0), //~ syntax
        JEQ32(1, ALLOW),
        KILL,
    }
    bpf; //~ syntax
}

fn main() {}
