use sandbox2::policy;

policy! {
    static POLICY;

    file ""; //~ invalid_path
    file "/etc/pass\0wd"; //~ invalid_path
}

fn main() {}
