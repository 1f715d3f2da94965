use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG_32(0);
        JEQ32(1, ALLOW);
        JGT32(7, KILL);
        JEQ32(1, ERRNO(EBADF)); //~ contradictory
        JEQ32(9, ERRNO(EBADF)); //~ contradictory
        ALLOW;
    }
}

fn main() {}
