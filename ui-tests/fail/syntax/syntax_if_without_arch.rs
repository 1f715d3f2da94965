use sandbox2::policy;

policy! {
    static POLICY;

    if x86_64 { ALLOW read; } //~ syntax
}

fn main() {}
