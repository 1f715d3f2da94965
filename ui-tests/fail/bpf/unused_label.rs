use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        LABEL(unused); //~ unused_label
        JEQ32(1, ALLOW);
        LABEL(another); //~ unused_label
        KILL;
    }
}

fn main() {}
