use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(1, JUMP(both));
        ARG(2);
        LABEL(both);
        JEQ32(2, ALLOW); //~ wrong_form
        KILL;
    }
}

fn main() {}
