use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW clone3; //~ danger_missing
}

fn main() {}
