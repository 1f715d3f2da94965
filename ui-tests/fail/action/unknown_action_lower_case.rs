use sandbox2::policy;

policy! {
    static POLICY;

    allow read; //~ unknown_action
}

fn main() {}
