use sandbox2::policy;

policy! {
    static POLICY;

    restrict bpf write {
        ARG_32(0);
        JGT32(2, KILL);
        ALLOW; //~ widens
    }
}

fn main() {}
