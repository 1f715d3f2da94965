use sandbox2::policy;

policy! {
    static STRICT;

    default ERRNO(EPERM);
    baseline linux(6.1);
    ALLOW read;
}

policy! {
    static NAMED;

    hostname "one";
    slot log_fd: u32;
    ALLOW write if fd == log_fd;
}

policy! {
    static POLICY;

    use STRICT; //~ incompatible
    baseline linux(6.1);
    ALLOW write;
}

policy! {
    static OTHER;

    hostname "two";
    use NAMED; //~ incompatible
    ALLOW read;
}

fn main() {}
