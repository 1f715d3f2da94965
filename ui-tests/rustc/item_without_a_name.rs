use sandbox2::policy;

policy! {
    ALLOW read; //~ rustc
}

fn main() {}
