use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO(1 | 2) mount; //~ not_constant
    ERRNO(NULL) umount2; //~ not_constant
}

fn main() {}
