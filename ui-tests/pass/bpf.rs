//! Raw instructions, in the notation of `bpf_helper`.
use sandbox2::{Action, SeccompData, policy};

const FD: i32 = 4;

policy! {
    static POLICY;

    slot most: u64;
    bpf mprotect {
        ARG_32(2); JNE32(PROT_READ | PROT_WRITE, KILL);
        ARG(1);    JNE(0x1000, KILL);
        ALLOW;
    }
    bpf write {
        ARG_32(fd);
        JEQ32(1, JUMP(output));
        JEQ32({ FD }, JUMP(output));
        JGT32(0x7fff_ffff, ERRNO(EBADF));
        TRACE;
        LABEL(output);
        ARG(2);
        JLE(most, ALLOW);
        TRAP(7);
    }
    bpf getpid { LOAD_ARCH; JEQ32(AUDIT_ARCH_X86_64, ALLOW); ERRNO(EPERM); }
    danger { bpf ptrace { ARG(0); JEQ(PTRACE_TRACEME, ALLOW); KILL; } }
    bpf syscall 901 { ARG(5); JA(6, ALLOW); KILL; }
    bpf prlimit64 { ARG(2); JNE(0, KILL); ALLOW; }
    override ERRNO(EBADF) read if fd == 1;
    bpf read { ARG_32(0); JLE32(1, ALLOW); KILL; }
}

fn main() {
    let policy = POLICY.with_slot("most", 4096_u64).unwrap();
    let ask = |name: &str, args: [u64; 6]| {
        let nr = sandbox2_policy::tables::syscall(name).map_or(901, |call| call.number(policy.arch()).unwrap());
        policy.evaluate(&SeccompData { nr, arch: policy.arch().audit(), instruction_pointer: 0, args }).action
    };
    let errno = |number| Action::Errno(sandbox2_policy::Errno::new(number).unwrap());
    assert_eq!(ask("mprotect", [0, 0x1000, 3, 0, 0, 0]), Action::Allow);
    // The kernel ignores the upper half of `prot`, and so does `ARG_32`.
    assert_eq!(ask("mprotect", [0, 0x1000, 1 << 32 | 3, 0, 0, 0]), Action::Allow);
    assert_eq!(ask("mprotect", [0, 1 << 32 | 0x1000, 3, 0, 0, 0]), Action::Kill);
    assert_eq!(ask("write", [1 << 32 | 1, 0, 4096, 0, 0, 0]), Action::Allow);
    assert_eq!(ask("write", [4, 0, 4097, 0, 0, 0]), Action::Trap(7));
    assert_eq!(ask("write", [5, 0, 0, 0, 0, 0]), Action::Notify);
    assert_eq!(ask("write", [u64::MAX, 0, 0, 0, 0, 0]), errno(9));
    assert_eq!(ask("ptrace", [0; 6]), Action::Allow);
    assert_eq!(ask("ptrace", [16, 0, 0, 0, 0, 0]), Action::Kill);
    assert_eq!(ask("a call of tomorrow", [0, 0, 0, 0, 0, 2]), Action::Allow);
    assert_eq!(ask("a call of tomorrow", [0, 0, 0, 0, 0, 1]), Action::Kill);
    assert_eq!(ask("prlimit64", [0, 0, 0, 9, 0, 0]), Action::Allow);
    assert_eq!(ask("read", [0; 6]), Action::Allow);
    assert_eq!(ask("read", [1, 0, 0, 0, 0, 0]), errno(9));
}
