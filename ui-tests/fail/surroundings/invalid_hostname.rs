use sandbox2::policy;

policy! {
    static POLICY;

    hostname "my sandbox"; //~ invalid_hostname
}

fn main() {}
