use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW read write; //~ syntax
}

fn main() {}
