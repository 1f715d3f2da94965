use sandbox2::policy;

policy! {
    static POLICY;

    use "time"; //~ syntax
    if "x86_64" { ALLOW read; } //~ syntax
    if arch "x86_64" { ALLOW read; } //~ syntax
    default; //~ syntax
    network { none } //~ syntax
    ALLOW write if fd: == 1; //~ syntax
}

fn main() {}
