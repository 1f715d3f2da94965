use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW clone if newsp == 0 || clone_flags & CLONE_NEWUSER != 0; //~ danger_missing
}

fn main() {}
