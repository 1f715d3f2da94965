use sandbox2::policy;

policy! {
    static TERMINAL;

    ALLOW ioctl if cmd == TCGETS;
    override ERRNO(ENOTTY) ioctl if fd == 0;
}

policy! {
    static POLICY;

    use TERMINAL;
    ALLOW ioctl if cmd == TIOCGWINSZ; //~ overlapping
}

policy! {
    static SAID;

    use TERMINAL;
    override ALLOW ioctl if cmd == TIOCGWINSZ;
}

fn main() {}
