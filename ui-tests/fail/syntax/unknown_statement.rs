use sandbox2::policy;

policy! {
    static POLICY;

    fiel "/etc/passwd"; //~ unknown_statement
    defualt KILL; //~ unknown_statement
    mount "/etc"; //~ unknown_statement
    permit; //~ unknown_statement
}

fn main() {}
