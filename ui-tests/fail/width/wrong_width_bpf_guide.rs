use sandbox2::policy;

policy! {
    static POLICY;

    // As in the guide to the C++ Sandbox2.
    bpf write {
        ARG(0); //~ wrong_width
        JEQ(1, ALLOW);
        KILL;
    }
    bpf mprotect {
        ARG_32(2);
        JNE32(PROT_READ | PROT_WRITE, KILL);
        ARG_32(1); //~ wrong_width
        JNE32(0x1000, KILL);
        ALLOW;
    }
}

fn main() {}
