use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW mmap if prot & (PROT_EXEC | PROT_EXCE) == 0; //~ unknown_constant
}

fn main() {}
