use sandbox2::policy;

policy! {
    static POLICY;

    bpf prlimit64 {
        ARG(2);
        JEQ(4096, KILL); //~ pointer_comparison
        JNE(0, KILL);
        ALLOW;
    }
}

fn main() {}
