use sandbox2::policy;

policy! {
    static POLICY;

    dir ro "/usr/share"; //~ syntax
    file "/etc/passwd" to "/passwd"; //~ syntax
}

fn main() {}
