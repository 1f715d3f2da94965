use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(3); //~ argument_index
        JEQ32(1, ALLOW);
        KILL;
    }
}

fn main() {}
