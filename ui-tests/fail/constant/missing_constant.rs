use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW mmap if flags & MAP_32BIT == 0; //~ missing_constant
    ALLOW mprotect if prot == PROT_BTI; //~ missing_constant
    if arch riscv64 { ALLOW ioctl if cmd == PTRACE_SYSEMU; } //~ missing_constant
}

fn main() {}
