//! What can undo the sandbox and must therefore be said inside `danger { … }`.
//!
//! Some calls are dangerous whatever their arguments, others only with some. A rule outside `danger` that lets through a call
//! of the second kind silently means "unless its arguments are dangerous": its condition is narrowed by `check`. Mappings
//! that can be executed are the one danger that a rule can also lift by naming it (`prot == PROT_READ | PROT_EXEC`).

use std::borrow::Cow;

use crate::arch::Arch;
use crate::meaning::{Cmp, CmpOp, Cond, Value, Width};
use crate::reference::holds;
use crate::tables::Syscall;

/// Why a call is dangerous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Danger {
    /// The call.
    pub call: &'static str,
    /// With which arguments.
    pub when: When,
    /// What it could do, to follow "because it".
    pub because: &'static str,
}

/// Which arguments are dangerous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// All.
    Always,
    /// Those where the argument has one of these bits.
    Bits(&'static str, u32),
    /// Those where the argument has one of these bits, and is not all ones (which only asks).
    BitsUnlessQuery(&'static str, u32),
    /// Those where the argument is one of these.
    OneOf(&'static str, &'static [u32]),
    /// Those where the argument is none of these.
    NoneOf(&'static str, &'static [u32]),
    /// Those where the argument has one of these bits; a rule can lift it by naming them.
    Executable(&'static str, u32),
}

/// `CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET` of `linux/sched.h`.
const NAMESPACES: u32 = 0x7e02_0000;
/// `CLONE_FS | CLONE_FILES | CLONE_SYSVSEM`: all that `unshare` knows besides namespaces. Whatever a later kernel adds is
/// taken for one.
const UNSHARED: u32 = 0x0004_0600;

const fn always(call: &'static str, because: &'static str) -> Danger {
    Danger { call, when: When::Always, because }
}

const MOUNTS: &str = "changes what the sandboxee sees of the file system";
const MODULES: &str = "loads code into the kernel";
const OTHERS: &str = "reaches into other processes";
const NEW_KERNEL: &str = "replaces the running kernel";
const RING: &str = "does input and output that no filter sees";
const PORTS: &str = "gives access to the machine's input and output ports";
const SWAP: &str = "changes the machine's memory";

/// The dangers, by call.
static DANGERS: [Danger; 48] = [
    Danger {
        call: "bpf",
        // BPF_MAP_LOOKUP_ELEM, MAP_GET_NEXT_KEY, OBJ_GET, MAP_GET_NEXT_ID, MAP_GET_FD_BY_ID, OBJ_GET_INFO_BY_FD
        when: When::NoneOf("cmd", &[1, 4, 7, 12, 14, 15]),
        because: "loads programs into the kernel, unless it only reads maps",
    },
    always("chroot", MOUNTS),
    Danger { call: "clone", when: When::Bits("clone_flags", NAMESPACES), because: "makes namespaces" },
    always("clone3", "makes namespaces, with flags behind a pointer that no filter sees"),
    always("delete_module", MODULES),
    always("finit_module", MODULES),
    always("fsconfig", MOUNTS),
    always("fsmount", MOUNTS),
    always("fsopen", MOUNTS),
    always("fspick", MOUNTS),
    always("init_module", MODULES),
    always("io_uring_enter", RING),
    always("io_uring_register", RING),
    always("io_uring_setup", RING),
    Danger {
        call: "ioctl",
        // TIOCSTI, TIOCLINUX
        when: When::OneOf("cmd", &[0x5412, 0x541c]),
        because: "types into the terminal (TIOCSTI, TIOCLINUX)",
    },
    always("ioperm", PORTS),
    always("iopl", PORTS),
    always("kcmp", OTHERS),
    always("kexec_file_load", NEW_KERNEL),
    always("kexec_load", NEW_KERNEL),
    Danger { call: "mmap", when: When::Executable("prot", 4), because: "makes memory executable" },
    always("mount", MOUNTS),
    always("mount_setattr", MOUNTS),
    always("move_mount", MOUNTS),
    Danger { call: "mprotect", when: When::Executable("prot", 4), because: "makes memory executable" },
    always("open_by_handle_at", "opens files by number, past every directory"),
    always("open_tree", MOUNTS),
    always("open_tree_attr", MOUNTS),
    always("perf_event_open", "watches the kernel and other processes"),
    Danger {
        call: "personality",
        // READ_IMPLIES_EXEC
        when: When::BitsUnlessQuery("personality", 0x0040_0000),
        because: "makes readable memory executable",
    },
    always("pidfd_getfd", "takes descriptors from other processes"),
    always("pivot_root", MOUNTS),
    Danger { call: "pkey_mprotect", when: When::Executable("prot", 4), because: "makes memory executable" },
    always("process_madvise", OTHERS),
    always("process_vm_readv", OTHERS),
    always("process_vm_writev", OTHERS),
    always("ptrace", "controls other processes and can change calls after the filter has seen them"),
    always("reboot", NEW_KERNEL),
    Danger {
        call: "seccomp",
        // SECCOMP_FILTER_FLAG_NEW_LISTENER
        when: When::Bits("flags", 8),
        because: "makes a listener that answers calls in place of ours",
    },
    always("setns", "enters other namespaces"),
    Danger { call: "shmat", when: When::Executable("shmflg", 0o100_000), because: "makes memory executable" },
    always("swapoff", SWAP),
    always("swapon", SWAP),
    always("umount2", MOUNTS),
    Danger { call: "unshare", when: When::Bits("unshare_flags", !UNSHARED), because: "makes namespaces" },
    always("uselib", "loads code past every check of mappings"),
    always("userfaultfd", "stops the kernel in the middle of its work on memory"),
    always("vhangup", "hangs up the terminal"),
];

/// What is dangerous about the call of that name.
#[must_use]
pub fn danger(call: &str) -> Option<&'static Danger> {
    DANGERS.iter().find(|danger| danger.call == call)
}

/// What is dangerous about a call with these arguments, on `arch`; `None` if nothing is.
#[must_use]
pub fn danger_of(syscall: &Syscall, arch: Arch, args: &[u64; 6]) -> Option<&'static Danger> {
    danger(syscall.name).filter(|danger| holds(&danger.cond(syscall, arch), args, &[]))
}

/// All dangers.
#[must_use]
pub fn dangers() -> &'static [Danger] {
    &DANGERS
}

/// Calls that do what others do: whoever denies one and lets the rest through has denied nothing.
pub static SIBLINGS: [&[&str]; 14] = [
    &["mount", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "open_tree_attr"],
    &["open", "openat", "openat2", "creat", "open_by_handle_at"],
    &["execve", "execveat"],
    &["fork", "vfork", "clone", "clone3"],
    &["unlink", "unlinkat", "rmdir"],
    &["rename", "renameat", "renameat2"],
    &["chmod", "fchmod", "fchmodat", "fchmodat2"],
    &["chown", "fchown", "lchown", "fchownat"],
    &["kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal"],
    &["init_module", "finit_module"],
    &["kexec_load", "kexec_file_load"],
    &["io_uring_setup", "io_uring_enter", "io_uring_register"],
    &["process_vm_readv", "process_vm_writev"],
    &["write", "writev", "pwrite64", "pwritev", "pwritev2"],
];

impl Danger {
    /// Whether a rule can lift it by naming it.
    #[must_use]
    pub fn is_executable(&self) -> bool {
        matches!(self.when, When::Executable(..))
    }

    /// The argument it depends on, on `arch`; `None` if on none.
    #[must_use]
    pub fn argument(&self, syscall: &Syscall, arch: Arch) -> Option<u8> {
        let name = match self.when {
            When::Always => return None,
            When::Bits(name, _)
            | When::BitsUnlessQuery(name, _)
            | When::OneOf(name, _)
            | When::NoneOf(name, _)
            | When::Executable(name, _) => name,
        };
        let index = syscall.args(arch)?.iter().position(|arg| arg.name == name)?;
        u8::try_from(index).ok()
    }

    /// When the call is dangerous, on `arch`. Where the table does not know the argument, always.
    #[must_use]
    pub fn cond(&self, syscall: &Syscall, arch: Arch) -> Cond {
        let Some(arg) = self.argument(syscall, arch) else { return Cond::True };
        let cmp = |mask: Option<u32>, op, value: u32| {
            Cond::Cmp(Cmp {
                arg,
                width: Width::W32,
                signed: false,
                mask: mask.map(|mask| Value::Known(mask.into())),
                op,
                value: Value::Known(value.into()),
            })
        };
        match self.when {
            When::Always => Cond::True,
            When::Bits(_, bits) | When::Executable(_, bits) => cmp(Some(bits), CmpOp::Ne, 0),
            When::BitsUnlessQuery(_, bits) => {
                Cond::All(Cow::Owned(vec![cmp(Some(bits), CmpOp::Ne, 0), cmp(None, CmpOp::Ne, u32::MAX)]))
            }
            When::OneOf(_, values) => {
                Cond::Any(Cow::Owned(values.iter().map(|value| cmp(None, CmpOp::Eq, *value)).collect()))
            }
            When::NoneOf(_, values) => {
                Cond::Not(Cow::Owned(values.iter().map(|value| cmp(None, CmpOp::Eq, *value)).collect()))
            }
        }
    }

    /// Whether an argument of that value, or with those bits, is dangerous in itself.
    #[must_use]
    pub fn names(&self, value: u64) -> bool {
        let low = value as u32;
        match self.when {
            When::Always => false,
            When::Bits(_, bits) | When::Executable(_, bits) => low & bits != 0,
            When::BitsUnlessQuery(_, bits) => low & bits != 0 && low != u32::MAX,
            When::OneOf(_, values) => values.contains(&low),
            When::NoneOf(_, values) => !values.contains(&low),
        }
    }
}
