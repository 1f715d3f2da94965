use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW clone if clone_flags & 0x7e02_0000 == 0;
    danger {
        ALLOW clone3; //~ clone3_unseen
    }
}

fn main() {}
