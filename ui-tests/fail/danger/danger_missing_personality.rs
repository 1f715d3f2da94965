use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW personality if personality == 0x0040_0000; //~ danger_missing
}

fn main() {}
