use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW mprotect if prot == "PROT_READ"; //~ syntax
}

fn main() {}
