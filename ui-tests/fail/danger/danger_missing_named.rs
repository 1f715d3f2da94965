use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW ioctl if cmd == TIOCSTI; //~ danger_missing
    ALLOW unshare if unshare_flags == CLONE_NEWUSER; //~ danger_missing
    ALLOW personality if personality == READ_IMPLIES_EXEC; //~ danger_missing
    ALLOW bpf if cmd == BPF_PROG_LOAD; //~ danger_missing
    ALLOW seccomp if flags & SECCOMP_FILTER_FLAG_NEW_LISTENER != 0; //~ danger_missing
}

fn main() {}
