use sandbox2::policy;

policy! {
    pub const POLICY; //~ syntax
    ALLOW read;
}

fn main() {}
