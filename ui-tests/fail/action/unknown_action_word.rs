use sandbox2::policy;

policy! {
    static POLICY;

    permit read; //~ unknown_action
}

fn main() {}
