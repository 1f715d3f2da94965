use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(1, ALLOW);
        KILL;
    }
    ERRNO(EBADF) write if fd == 2; //~ shadowed
}

fn main() {}
