use sandbox2::policy;

policy! {
    static POLICY;

    seccomp {
        op == 1 && flags == 8 => ALLOW, //~ danger_missing
        op == 1 && flags == 0 => ALLOW,
    }
}

fn main() {}
