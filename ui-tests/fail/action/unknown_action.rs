use sandbox2::policy;

policy! {
    static POLICY;

    ALOW read; //~ unknown_action
    DENY write; //~ unknown_action
    ERROR(1) mount; //~ unknown_action
    default ENOSYS; //~ unknown_action
}

fn main() {}
