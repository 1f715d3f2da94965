use sandbox2::policy;

policy! {
    static POLICY;

    ALLOW riscv_hwprobe; //~ missing_on_arch
    if arch x86_64, riscv64 { ALLOW riscv_flush_icache; } //~ missing_on_arch
}

fn main() {}
