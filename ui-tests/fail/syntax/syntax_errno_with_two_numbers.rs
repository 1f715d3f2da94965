use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO(1, 2) mount; //~ syntax
}

fn main() {}
