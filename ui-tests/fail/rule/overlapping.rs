use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == 1;
    ERRNO(9) write; //~ overlapping
}

fn main() {}
