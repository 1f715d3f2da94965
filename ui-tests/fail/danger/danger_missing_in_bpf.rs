use sandbox2::policy;

policy! {
    static POLICY;

    bpf ioctl {
        ARG_32(1);
        JEQ32(TIOCSTI, ALLOW); //~ danger_missing
        KILL;
    }
    bpf ptrace {
        ALLOW; //~ danger_missing
    }
}

fn main() {}
