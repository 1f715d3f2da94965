use sandbox2::policy;

policy! {
    static POLICY;

    network off; //~ syntax
}

fn main() {}
