use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fildes == 1; //~ unknown_argument
    ALLOW read if conut < 4096; //~ unknown_argument
    ALLOW getpid if pid == 1; //~ unknown_argument
}

fn main() {}
