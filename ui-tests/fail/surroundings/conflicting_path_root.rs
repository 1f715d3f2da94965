use sandbox2::policy;

policy! {
    static POLICY;

    dir "/"; //~ conflicting_path
}

fn main() {}
