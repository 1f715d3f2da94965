use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(NULL, ALLOW); //~ null_for_number
        KILL;
    }
}

fn main() {}
