use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW ioctl if cmd in [TCGETS, TCGETZ, TIOCGWINZS]; //~ unknown_constant unknown_constant
}

fn main() {}
