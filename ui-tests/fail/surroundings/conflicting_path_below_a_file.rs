use sandbox2::policy;

policy! {
    static POLICY;

    file "/etc/hosts";
    dir "/var/lib" as "/etc/hosts/lib"; //~ conflicting_path
}

fn main() {}
