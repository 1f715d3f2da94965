use sandbox2::policy;

policy! {
    static POLICY;

    hostname sandbox; //~ syntax
}

fn main() {}
