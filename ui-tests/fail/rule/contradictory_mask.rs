use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW mmap if prot & PROT_WRITE == PROT_EXEC; //~ contradictory
}

fn main() {}
