use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ALLOW;
        KILL; //~ unreachable
    }
    bpf read {
        ARG_32(0);
        JEQ32(1, JUMP(one));
        KILL;
        ERRNO(EBADF); //~ unreachable
        TRAP(1);
        LABEL(one);
        JUMP(end);
        ALLOW; //~ unreachable
        LABEL(end);
        ALLOW;
    }
}

fn main() {}
