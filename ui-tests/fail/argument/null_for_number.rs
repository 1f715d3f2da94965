use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == NULL; //~ null_for_number
    ALLOW mmap if addr == NULL && prot == 1; //~ null_for_number
}

fn main() {}
