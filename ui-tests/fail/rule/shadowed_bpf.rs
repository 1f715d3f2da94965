use sandbox2::policy;

policy! {
    static POLICY;

    override ERRNO(EIO) read;
    override ERRNO(EBADF) readv if fd == 1;
    bpf read {
        ARG_32(0);
        JEQ32(1, ALLOW); //~ shadowed
        TRAP(1); //~ shadowed
    }
    bpf readv {
        ARG_32(0);
        JEQ32(1, ALLOW); //~ shadowed
        JEQ32(2, ALLOW);
        KILL;
    }
}

fn main() {}
