use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO(ENOENTT) openat; //~ unknown_errno
    ERRNO(FORBIDDEN) mount; //~ unknown_errno
    default ERRNO(EPREM); //~ unknown_errno
}

fn main() {}
