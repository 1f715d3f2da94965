use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO(0) mount; //~ errno_range
}

fn main() {}
