use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        LABEL(again);
        ARG_32(0);
        JEQ32(1, ALLOW);
        JUMP(again); //~ backward_jump
    }
}

fn main() {}
