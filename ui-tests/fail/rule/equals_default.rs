use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW read;
    KILL write; //~ equals_default
}

fn main() {}
