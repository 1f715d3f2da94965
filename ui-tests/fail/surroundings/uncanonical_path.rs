use sandbox2::policy;

policy! {
    static POLICY;

    file "/etc/../root/.ssh/id_rsa"; //~ uncanonical_path
    dir "/usr//share"; //~ uncanonical_path
    dir "/usr/lib/"; //~ uncanonical_path
    dir "/var/./lib"; //~ uncanonical_path
}

fn main() {}
