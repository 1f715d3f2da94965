use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32; //~ syntax
        JEQ32(1); //~ syntax
        JEQ32(1, JUMP(&l)); //~ syntax
        TRACE(7); //~ syntax
        KILL;
    }
    bpf; //~ syntax
}

fn main() {}
