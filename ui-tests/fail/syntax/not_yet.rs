use sandbox2::policy;

policy! {
    static POLICY;

    network proxy { ipv4 "10.0.0.0/8":443; } //~ not_yet
    ALLOW write;
}

fn main() {}
