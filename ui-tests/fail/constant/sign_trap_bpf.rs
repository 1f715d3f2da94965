use sandbox2::policy;

policy! {
    static POLICY;

    bpf openat {
        ARG_32(0);
        JLT32(-1, KILL); //~ sign_trap
        JGE32(AT_FDCWD, KILL); //~ sign_trap
        ALLOW;
    }
    bpf write {
        ARG_32(0);
        JEQ32(-1, KILL); //~ sign_trap
        ALLOW;
    }
}

fn main() {}
