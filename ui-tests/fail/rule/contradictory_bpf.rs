use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JLT32(0, ALLOW); //~ contradictory
        KILL;
    }
}

fn main() {}
