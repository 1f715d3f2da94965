use sandbox2::policy;

policy! {
    static POLICY;

    file "/etc/hosts";
    dir "/etc"; //~ conflicting_path
}

fn main() {}
