use sandbox2::policy;

policy! {
    static; //~ syntax
    ALLOW read;
}

fn main() {}
