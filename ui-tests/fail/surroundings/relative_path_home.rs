use sandbox2::policy;

policy! {
    static POLICY;

    dir "~/pictures"; //~ relative_path
}

fn main() {}
