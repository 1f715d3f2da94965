use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW fchmod if mode == 0x1_01ff; //~ out_of_range
}

fn main() {}
