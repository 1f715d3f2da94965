use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        LABEL(unused); //~ unused_label
        JEQ32(1, ALLOW);
        KILL;
    }
}

fn main() {}
