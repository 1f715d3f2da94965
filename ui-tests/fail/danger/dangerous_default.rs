use sandbox2::policy;

policy! {
    static POLICY;

    default ALLOW; //~ dangerous_default
    ERRNO(1) socket;
}

fn main() {}
