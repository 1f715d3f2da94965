use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd < 3;
    ERRNO(9) write if count > 4096; //~ overlapping
}

fn main() {}
