use sandbox2::policy;

policy! {
    static POLICY;

    override bpf write {
        ARG_32(0);
        JNE32(1, TRAP(1)); //~ needless_override
        ALLOW;
    }
}

fn main() {}
