use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ALLOW;
        KILL; //~ unreachable
    }
}

fn main() {}
