use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(1, JUMP(dnoe)); //~ unknown_label
        KILL;
        LABEL(done);
        ALLOW;
    }
}

fn main() {}
