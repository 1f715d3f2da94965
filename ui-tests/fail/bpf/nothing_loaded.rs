use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        JEQ32(1, ALLOW); //~ nothing_loaded
        KILL;
    }
}

fn main() {}
