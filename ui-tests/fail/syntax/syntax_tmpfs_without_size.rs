use sandbox2::policy;

policy! {
    static POLICY;

    tmpfs "/tmp"; //~ syntax
}

fn main() {}
