//! After a mistake the next statement is read as if nothing had been.

use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW write if fd == { 1 } < 2; //~ syntax
    ALLOW read if fd == { 1 } and count == { 3 }; //~ syntax
    ALLOW raed; //~ unknown_syscall
    close {
        fd == { 3 } -> ALLOW, //~ syntax
        fd = 2 => ALLOW, //~ syntax
        fd == 4 => ALOW, //~ unknown_action
        fd: u64 == 5 => ALLOW, //~ wrong_width
        fd == 6 => ALLOW,
    }
    ALLOW opnat; //~ unknown_syscall
    danger {
        ALLOW ptrace; ALLOW mount
    } //~ syntax
    if arch x86_64 {
        ALLOW opne; //~ unknown_syscall
    }
    ALLOW writev if { 3 } == fd; //~ syntax
    use tmie; //~ unknown_group
    danger (ALLOW ptrace;); //~ syntax
    network { none } //~ syntax
    ALLOW pread46; //~ unknown_syscall
}

fn main() {}
