use sandbox2::policy;

policy! {
    pub(crate) POLICY; //~ syntax
    ALLOW read;
}

fn main() {}
