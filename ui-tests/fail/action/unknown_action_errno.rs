use sandbox2::policy;

policy! {
    static POLICY;

    ENOSYS mount; //~ unknown_action
}

fn main() {}
