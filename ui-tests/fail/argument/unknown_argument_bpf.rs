use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {
        ARG(cuont); //~ unknown_argument
        JLE(4096, ALLOW);
        KILL;
    }
}

fn main() {}
