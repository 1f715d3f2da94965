//! Six mistakes, six errors, each on its own token.

use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW raed; //~ unknown_syscall
    ALLOW write if fd: u64 == 1; //~ wrong_width
    ALLOW pread64 if count: u32 == 0x1000; //~ wrong_width
    ALLOW close if fd == 0x1_0000_0000; //~ out_of_range
    ALOW fstat; //~ unknown_action
    ALLOW lseek;
    ALLOW lseek if fd == 3; //~ shadowed
}

fn main() {}
