use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW nfsservctl if arg0 == 0; //~ unknown_prototype
}

fn main() {}
