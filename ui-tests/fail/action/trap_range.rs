use sandbox2::policy;

policy! {
    static POLICY;

    TRAP(65536) mount; //~ trap_range
    TRAP(-1) umount2; //~ trap_range
}

fn main() {}
