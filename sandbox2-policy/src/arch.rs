//! The architectures a policy is checked and compiled for.

/// An architecture that policies are checked, compiled and validated for.
///
/// All three are 64-bit and little-endian. A policy is always checked for all of them, whatever the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// `x86_64`: `AUDIT_ARCH_X86_64`. Its x32 numbers (bit 30 set) are always a violation.
    X86_64,
    /// `aarch64`: `AUDIT_ARCH_AARCH64`.
    Aarch64,
    /// `riscv64`: `AUDIT_ARCH_RISCV64`.
    Riscv64,
}

/// On `x86_64`, system call numbers from here on belong to the x32 ABI (`__X32_SYSCALL_BIT`) or to nothing.
pub const X32_SYSCALL_BIT: u32 = 0x4000_0000;

impl Arch {
    /// Every architecture, in the order in which per-architecture arrays are indexed.
    pub const ALL: [Arch; 3] = [Arch::X86_64, Arch::Aarch64, Arch::Riscv64];

    /// The position of this architecture in [`Arch::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Arch::X86_64 => 0,
            Arch::Aarch64 => 1,
            Arch::Riscv64 => 2,
        }
    }

    /// The value the kernel puts into `seccomp_data.arch` (`AUDIT_ARCH_*` of `linux/audit.h`).
    #[must_use]
    pub const fn audit(self) -> u32 {
        match self {
            Arch::X86_64 => 0xc000_003e,
            Arch::Aarch64 => 0xc000_00b7,
            Arch::Riscv64 => 0xc000_00f3,
        }
    }

    /// The name as Rust's `target_arch` spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
            Arch::Riscv64 => "riscv64",
        }
    }

    /// The architecture of that `target_arch` name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Arch> {
        Arch::ALL.into_iter().find(|arch| arch.name() == name)
    }

    /// The architecture this code was compiled for; `None` where sandbox2 has no tables for it.
    #[must_use]
    pub const fn native() -> Option<Arch> {
        if cfg!(target_arch = "x86_64") {
            Some(Arch::X86_64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Arch::Aarch64)
        } else if cfg!(target_arch = "riscv64") {
            Some(Arch::Riscv64)
        } else {
            None
        }
    }
}
