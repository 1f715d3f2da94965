use sandbox2::policy;

policy! {
    static POLICY;

    write {
        fd == 1 => ALOW, //~ unknown_action
        fd == 2 => ALLOW,
        _ => EBADF, //~ unknown_action
    }
}

fn main() {}
