use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(1, JUMP(missing)); //~ unknown_label
        JUMP(elsewhere); //~ unknown_label
    }
}

fn main() {}
