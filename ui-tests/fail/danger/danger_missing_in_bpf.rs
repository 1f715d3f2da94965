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
    // Everything else has been refused when ALLOW is reached.
    bpf unshare {
        ARG(0);
        JNE(CLONE_NEWUSER, KILL); //~ danger_missing
        ALLOW;
    }
    // Two bounds between which there are only dangerous values.
    bpf seccomp {
        ARG_32(1);
        JLT32(8, KILL);
        JGT32(15, KILL);
        ALLOW; //~ danger_missing
    }
}

fn main() {}
