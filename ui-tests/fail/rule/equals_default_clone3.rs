use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW clone;
    ERRNO(38) clone3; //~ equals_default
}

fn main() {}
