use sandbox2::policy;

policy! {
    static POLICY;

    hostname ""; //~ invalid_hostname
}

fn main() {}
