use sandbox2::policy;

policy! {
    static POLICY;

    bpf write {} //~ empty_block
}

fn main() {}
