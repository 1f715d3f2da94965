use sandbox2::policy;

policy! {
    static POLICY;

    slot log_fd: c_int; //~ unknown_type
}

fn main() {}
