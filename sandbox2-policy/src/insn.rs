//! Classic BPF as seccomp runs it: instructions, the data they read, and what they return.
//!
//! Facts of `linux/filter.h`, `linux/bpf_common.h` and `linux/seccomp.h`. This module owns no algorithm: the compiler,
//! the validator, the interpreter and the disassembler each bring their own.

/// The most instructions the kernel takes in one filter (`BPF_MAXINSNS`).
pub const MAX_INSNS: usize = 4096;

/// One BPF instruction, laid out as the kernel's `struct sock_filter`.
#[doc(alias = "sock_filter")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Insn {
    /// What to do: one of the constants of [`op`].
    pub code: u16,
    /// How many instructions to skip when the test holds.
    pub jt: u8,
    /// How many instructions to skip when it does not.
    pub jf: u8,
    /// The operand.
    pub k: u32,
}

impl Insn {
    /// An instruction without a test.
    #[must_use]
    pub const fn stmt(code: u16, k: u32) -> Insn {
        Insn { code, jt: 0, jf: 0, k }
    }

    /// A conditional jump.
    #[must_use]
    pub const fn jump(code: u16, k: u32, jt: u8, jf: u8) -> Insn {
        Insn { code, jt, jf, k }
    }
}

/// Instruction codes that appear in seccomp programs.
pub mod op {
    /// `A = seccomp_data[k]`, a 32-bit word at byte offset `k` (`BPF_LD|BPF_W|BPF_ABS`).
    pub const LD_ABS: u16 = 0x20;
    /// `pc += k` (`BPF_JMP|BPF_JA`).
    pub const JA: u16 = 0x05;
    /// `A == k` (`BPF_JMP|BPF_JEQ|BPF_K`).
    pub const JEQ: u16 = 0x15;
    /// `A > k`, unsigned (`BPF_JMP|BPF_JGT|BPF_K`).
    pub const JGT: u16 = 0x25;
    /// `A >= k`, unsigned (`BPF_JMP|BPF_JGE|BPF_K`).
    pub const JGE: u16 = 0x35;
    /// `A & k != 0` (`BPF_JMP|BPF_JSET|BPF_K`).
    pub const JSET: u16 = 0x45;
    /// `A &= k` (`BPF_ALU|BPF_AND|BPF_K`).
    pub const AND: u16 = 0x54;
    /// `A ^= k` (`BPF_ALU|BPF_XOR|BPF_K`).
    pub const XOR: u16 = 0xa4;
    /// Return `k` (`BPF_RET|BPF_K`).
    pub const RET: u16 = 0x06;
}

/// What a filter can return (`SECCOMP_RET_*`).
pub mod ret {
    /// Kill the whole process.
    pub const KILL_PROCESS: u32 = 0x8000_0000;
    /// Kill the calling thread.
    pub const KILL_THREAD: u32 = 0;
    /// Deliver SIGSYS; the low half is `si_errno`.
    pub const TRAP: u32 = 0x0003_0000;
    /// Fail the call; the low half is the errno.
    pub const ERRNO: u32 = 0x0005_0000;
    /// Ask the listener.
    pub const USER_NOTIF: u32 = 0x7fc0_0000;
    /// Ask the tracer; the low half is the event message.
    pub const TRACE: u32 = 0x7ff0_0000;
    /// Let the call through and log it.
    pub const LOG: u32 = 0x7ffc_0000;
    /// Let the call through.
    pub const ALLOW: u32 = 0x7fff_0000;
    /// The bits that say what to do.
    pub const ACTION_MASK: u32 = 0xffff_0000;
    /// The bits that go with it.
    pub const DATA_MASK: u32 = 0x0000_ffff;
    /// The event message of [`TRACE`] in a traced program: a violation.
    pub const TRACE_VIOLATION: u32 = 0x5332;
    /// The event message of [`TRACE`] in a traced program: an `execveat`, for the tracer to tell the launcher's own.
    pub const TRACE_EXEC: u32 = 0x5333;
    /// The event message of [`TRACE`] in a traced program: a call that a handler decides.
    pub const TRACE_NOTIFY: u32 = 0x5334;
}

/// What a filter may look at: the kernel's `struct seccomp_data`.
#[doc(alias = "seccomp_data")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(C)]
pub struct SeccompData {
    /// The system call number. The kernel's field is an `int`; programs see its 32 bits.
    pub nr: u32,
    /// `AUDIT_ARCH_*` of the calling convention.
    pub arch: u32,
    /// Where the call was made.
    pub instruction_pointer: u64,
    /// The six argument registers, all 64 bits of each.
    pub args: [u64; 6],
}

/// Byte offsets into [`SeccompData`] that a filter can load from.
pub mod offset {
    /// The system call number.
    pub const NR: u32 = 0;
    /// The architecture.
    pub const ARCH: u32 = 4;
    /// The low half of the instruction pointer; the high half follows.
    pub const INSTRUCTION_POINTER: u32 = 8;
    /// One past the last byte.
    pub const END: u32 = 64;

    /// The low half of argument `index` (little-endian).
    #[must_use]
    pub const fn arg_low(index: u8) -> u32 {
        16 + 8 * index as u32
    }

    /// The high half of argument `index` (little-endian).
    #[must_use]
    pub const fn arg_high(index: u8) -> u32 {
        20 + 8 * index as u32
    }
}
