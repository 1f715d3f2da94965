use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JNE32(1, JUMP(other));
        ARG(2);
        JLE(4096, ALLOW);
        JGE(4097, KILL); //~ vacuous
        ALLOW;
        LABEL(other);
        TRAP(1);
    }
}

fn main() {}
