use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if filename == "/etc/passwd"; //~ syntax
}

fn main() {}
