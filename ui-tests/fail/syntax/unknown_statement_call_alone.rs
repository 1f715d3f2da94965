use sandbox2::policy;

policy! {
    static POLICY;

    read; //~ unknown_statement
    write if fd == 1; //~ unknown_statement
    openat, close; //~ unknown_statement
}

fn main() {}
