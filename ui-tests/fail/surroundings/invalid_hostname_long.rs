use sandbox2::policy;

policy! {
    static POLICY;

    hostname "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; //~ invalid_hostname
}

fn main() {}
