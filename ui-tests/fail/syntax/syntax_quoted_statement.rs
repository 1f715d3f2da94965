use sandbox2::policy;

policy! {
    static POLICY;

    "read"; //~ syntax
    ALLOW read;
}

fn main() {}
