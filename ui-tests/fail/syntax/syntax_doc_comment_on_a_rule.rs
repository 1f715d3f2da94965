use sandbox2::policy;

policy! {
    static POLICY;

    /// What the program reads. //~ syntax
    ALLOW read;
    #[cfg(unix)] //~ syntax
    ALLOW write;
}

fn main() {}
