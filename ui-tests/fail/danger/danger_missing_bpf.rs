use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW bpf if cmd == 5; //~ danger_missing
}

fn main() {}
