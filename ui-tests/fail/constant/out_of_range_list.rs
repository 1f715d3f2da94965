use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd in [1, 5_000_000_000]; //~ out_of_range
    ALLOW read if fd in 0..=5_000_000_000; //~ out_of_range
}

fn main() {}
