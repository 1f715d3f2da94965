use sandbox2::policy;

policy! {
    static POLICY;

    use tmie; //~ unknown_group
    use everything, static_strtup; //~ unknown_group unknown_group
}

fn main() {}
