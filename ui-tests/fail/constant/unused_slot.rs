use sandbox2::policy;

policy! {
    static POLICY;

    slot log_fd: i32; //~ unused_slot
    ALLOW write if fd == 2;
}

fn main() {}
