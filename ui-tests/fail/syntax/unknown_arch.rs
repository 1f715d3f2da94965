use sandbox2::policy;

policy! {
    static POLICY;

    if arch x86 { ALLOW read; } //~ unknown_arch
    if arch arm64 { ALLOW write; } //~ unknown_arch
    if arch x86_64, riscv { ALLOW close; } //~ unknown_arch
}

fn main() {}
