use sandbox2::policy;

policy! {
    static POLICY;

    dir /usr/share; //~ syntax
}

fn main() {}
