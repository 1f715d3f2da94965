use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW; //~ syntax
    ERRNO(1) if fd == 1; //~ syntax
}

fn main() {}
