use sandbox2::policy;

policy! {
    static POLICY;

    ERRNO(0x12345) mount; //~ errno_range
    ERRNO(4096) umount2; //~ errno_range
    ERRNO(-1) chroot; //~ errno_range
    default ERRNO(70000); //~ errno_range
}

fn main() {}
