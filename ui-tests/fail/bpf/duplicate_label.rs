use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(1, JUMP(done));
        KILL;
        LABEL(done);
        ERRNO(EBADF);
        LABEL(done); //~ duplicate_label
        ALLOW;
    }
}

fn main() {}
