use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW syscall 901 if arg0 == 1; //~ unknown_prototype
    ALLOW syscall 902 if fd: i32 == 1; //~ unknown_prototype
    ALLOW syscall 903 if arg6: u32 == 1; //~ unknown_prototype
    ALLOW syscall 904 if arg5: u32 == 1;
}

fn main() {}
