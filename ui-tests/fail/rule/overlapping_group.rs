use sandbox2::policy;

policy! {
    static POLICY;

    use write;
    ERRNO(EBADF) writev if fd == 5; //~ overlapping
}

fn main() {}
