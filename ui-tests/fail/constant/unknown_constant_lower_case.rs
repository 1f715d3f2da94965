use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW mprotect if prot == prot_read; //~ unknown_constant
}

fn main() {}
