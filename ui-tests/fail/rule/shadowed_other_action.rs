use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write;
    ERRNO(1) write; //~ shadowed
}

fn main() {}
