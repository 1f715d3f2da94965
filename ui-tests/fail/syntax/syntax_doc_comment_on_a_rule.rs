use sandbox2::policy;

policy! {
    static POLICY;

    /// What the program reads. //~ syntax
    ALLOW read;
}

fn main() {}
