use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW syscall 1; //~ syscall_number
    ALLOW syscall 335; //~ syscall_number
    ALLOW syscall 400; //~ syscall_number
    ALLOW syscall 100000; //~ syscall_number
    ALLOW syscall 901;
    hot syscall 2; //~ syscall_number
}

fn main() {}
