use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO({ libc::EPERM }) mount; //~ not_constant
    ALLOW openat if flags == 1 | { libc::O_CLOEXEC }; //~ not_constant
}

fn main() {}
