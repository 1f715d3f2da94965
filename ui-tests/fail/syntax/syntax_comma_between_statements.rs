use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW read,
    ALLOW write, //~ syntax
}

fn main() {}
