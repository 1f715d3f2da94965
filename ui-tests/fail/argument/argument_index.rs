use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if arg3 == 0; //~ argument_index
    ALLOW read if arg0 == 0 && arg6 == 0; //~ argument_index
    ALLOW getpid if arg0 == 0; //~ argument_index
}

fn main() {}
