use sandbox2::policy;

policy! {
    ALLOW read;
    static POLICY; //~ syntax
}

fn main() {}
