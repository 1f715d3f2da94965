use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW execve if filename == { SHELL }; //~ pointer_comparison
}

fn main() {}
