use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JGE32(0, ALLOW); //~ vacuous
        KILL;
    }
}

fn main() {}
