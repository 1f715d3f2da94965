//! TIOCSTI types into the terminal that the sandboxee shares with whoever launched it (CVE-2017-5226).

use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW ioctl if cmd in [0x5401, 0x5412]; //~ danger_missing
}

fn main() {}
