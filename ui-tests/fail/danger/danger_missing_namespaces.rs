use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW unshare if unshare_flags & 0x1000_0000 != 0; //~ danger_missing
    ALLOW clone if clone_flags == 0x1000_0011; //~ danger_missing
}

fn main() {}
