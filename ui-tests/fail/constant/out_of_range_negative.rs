use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW openat if dfd == -2147483649; //~ out_of_range
}

fn main() {}
