use sandbox2::policy;

policy! {
    static POLICY;

    slot log_fd: u64;
    slot length: i32;
    ALLOW write if fd == log_fd; //~ wrong_width
    ALLOW munmap if len <= length; //~ wrong_width
}

fn main() {}
