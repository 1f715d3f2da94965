use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(0x1_0000_0000, ALLOW); //~ out_of_range
        KILL;
    }
}

fn main() {}
