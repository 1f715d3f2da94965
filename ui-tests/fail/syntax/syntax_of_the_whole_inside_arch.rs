use sandbox2::policy;

policy! {
    static POLICY;

    if arch riscv64 {
        default ERRNO(EPERM); //~ syntax
        network host; //~ syntax
        dir rw "/srv"; //~ syntax
    }
}

fn main() {}
