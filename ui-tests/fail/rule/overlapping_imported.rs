use sandbox2::policy;

policy! {
    static LOGGING;

    ALLOW write if fd == 2;
}

policy! {
    static QUIET;

    ERRNO(EBADF) write;
}

policy! {
    static POLICY;

    use LOGGING;
    ERRNO(EBADF) write; //~ overlapping
}

policy! {
    static BOTH;

    use LOGGING, QUIET; //~ overlapping
}

fn main() {}
