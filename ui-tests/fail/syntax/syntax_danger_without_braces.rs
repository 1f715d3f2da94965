use sandbox2::policy;

policy! {
    static POLICY;

    danger ALLOW ptrace; //~ syntax
}

fn main() {}
