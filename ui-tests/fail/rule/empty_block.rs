use sandbox2::policy;

policy! {
    static POLICY;

    write {} //~ empty_block
}

fn main() {}
