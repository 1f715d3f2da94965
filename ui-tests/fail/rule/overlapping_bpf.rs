use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write;
    bpf write {
        ARG_32(0);
        JEQ32(1, ALLOW);
        KILL; //~ overlapping
    }
}

fn main() {}
