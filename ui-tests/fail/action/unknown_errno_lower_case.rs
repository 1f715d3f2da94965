use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO(enoent) openat; //~ unknown_errno
}

fn main() {}
