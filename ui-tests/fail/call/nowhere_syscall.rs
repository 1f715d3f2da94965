use sandbox2::policy;

policy! {
    static POLICY;

    if arch aarch64 { ALLOW open; } //~ nowhere_syscall
    if arch riscv64, aarch64 { ALLOW fork?; } //~ nowhere_syscall
}

fn main() {}
