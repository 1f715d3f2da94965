use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW read;; //~ syntax
    ALLOW write;
}

fn main() {}
