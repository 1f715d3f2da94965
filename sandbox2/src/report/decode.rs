//! Arguments in words: which flags a number is made of, which command it is.
//!
//! The values are the policy crate's table of constants; here is only which names belong to which argument. What comes out
//! is an expression of the policy language.

use sandbox2_policy::arch::Arch;
use sandbox2_policy::meaning::Width;
use sandbox2_policy::tables::{self, Arg};

use super::signals;

/// How an argument's names make up its value.
enum Names {
    /// One of these.
    One(&'static [&'static str]),
    /// Any of these, or-ed.
    Flags(&'static [&'static str]),
    /// One of the first within the mask, or-ed with any of the second.
    OneAndFlags(u64, &'static [&'static str], &'static [&'static str]),
    /// A signal.
    Signal,
    /// `clone`'s flags: flags, and a signal in the lowest byte.
    Clone,
}

const PROT: &[&str] = &["PROT_READ", "PROT_WRITE", "PROT_EXEC", "PROT_GROWSDOWN", "PROT_GROWSUP", "PROT_SEM"];
const MAP_KIND: &[&str] = &["MAP_SHARED_VALIDATE", "MAP_SHARED", "MAP_PRIVATE"];
const MAP: &[&str] = &[
    "MAP_FIXED",
    "MAP_ANONYMOUS",
    "MAP_32BIT",
    "MAP_GROWSDOWN",
    "MAP_DENYWRITE",
    "MAP_EXECUTABLE",
    "MAP_LOCKED",
    "MAP_NORESERVE",
    "MAP_POPULATE",
    "MAP_NONBLOCK",
    "MAP_STACK",
    "MAP_HUGETLB",
    "MAP_SYNC",
    "MAP_FIXED_NOREPLACE",
];
const OPEN_MODE: &[&str] = &["O_RDONLY", "O_WRONLY", "O_RDWR"];
// Those that contain another come first.
const OPEN: &[&str] = &[
    "O_TMPFILE",
    "O_SYNC",
    "O_DSYNC",
    "O_CREAT",
    "O_EXCL",
    "O_NOCTTY",
    "O_TRUNC",
    "O_APPEND",
    "O_NONBLOCK",
    "O_ASYNC",
    "O_DIRECT",
    "O_LARGEFILE",
    "O_DIRECTORY",
    "O_NOFOLLOW",
    "O_NOATIME",
    "O_CLOEXEC",
    "O_PATH",
];
const AT: &[&str] = &[
    "AT_SYMLINK_NOFOLLOW",
    "AT_SYMLINK_FOLLOW",
    "AT_NO_AUTOMOUNT",
    "AT_EMPTY_PATH",
    "AT_STATX_FORCE_SYNC",
    "AT_STATX_DONT_SYNC",
    "AT_RECURSIVE",
];
const CLONE: &[&str] = &[
    "CLONE_VM",
    "CLONE_FS",
    "CLONE_FILES",
    "CLONE_SIGHAND",
    "CLONE_PIDFD",
    "CLONE_PTRACE",
    "CLONE_VFORK",
    "CLONE_PARENT",
    "CLONE_THREAD",
    "CLONE_NEWNS",
    "CLONE_SYSVSEM",
    "CLONE_SETTLS",
    "CLONE_PARENT_SETTID",
    "CLONE_CHILD_CLEARTID",
    "CLONE_DETACHED",
    "CLONE_UNTRACED",
    "CLONE_CHILD_SETTID",
    "CLONE_NEWCGROUP",
    "CLONE_NEWUTS",
    "CLONE_NEWIPC",
    "CLONE_NEWUSER",
    "CLONE_NEWPID",
    "CLONE_NEWNET",
    "CLONE_IO",
];
const NAMESPACE: &[&str] = &[
    "CLONE_NEWNS",
    "CLONE_NEWCGROUP",
    "CLONE_NEWUTS",
    "CLONE_NEWIPC",
    "CLONE_NEWUSER",
    "CLONE_NEWPID",
    "CLONE_NEWNET",
    "CLONE_NEWTIME",
    "CLONE_FS",
    "CLONE_FILES",
    "CLONE_SYSVSEM",
];
const FUTEX_OP: &[&str] = &[
    "FUTEX_WAIT",
    "FUTEX_WAKE",
    "FUTEX_FD",
    "FUTEX_REQUEUE",
    "FUTEX_CMP_REQUEUE",
    "FUTEX_WAKE_OP",
    "FUTEX_LOCK_PI",
    "FUTEX_UNLOCK_PI",
    "FUTEX_TRYLOCK_PI",
    "FUTEX_WAIT_BITSET",
    "FUTEX_WAKE_BITSET",
    "FUTEX_WAIT_REQUEUE_PI",
    "FUTEX_CMP_REQUEUE_PI",
    "FUTEX_LOCK_PI2",
];
const FUTEX_FLAGS: &[&str] = &["FUTEX_PRIVATE_FLAG", "FUTEX_CLOCK_REALTIME"];
const FAMILY: &[&str] =
    &["AF_UNSPEC", "AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"];
const SOCKET_TYPE: &[&str] = &["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_SEQPACKET"];
const SOCKET_FLAGS: &[&str] = &["SOCK_NONBLOCK", "SOCK_CLOEXEC"];
const MESSAGE: &[&str] = &[
    "MSG_OOB",
    "MSG_PEEK",
    "MSG_DONTROUTE",
    "MSG_CTRUNC",
    "MSG_TRUNC",
    "MSG_DONTWAIT",
    "MSG_EOR",
    "MSG_WAITALL",
    "MSG_NOSIGNAL",
    "MSG_MORE",
    "MSG_CMSG_CLOEXEC",
];
const IOCTL: &[&str] = &[
    "TCGETS",
    "TCSETS",
    "TCSETSW",
    "TCSETSF",
    "TIOCGWINSZ",
    "TIOCSWINSZ",
    "TIOCGPGRP",
    "TIOCSPGRP",
    "TIOCSTI",
    "TIOCLINUX",
    "TIOCSCTTY",
    "TIOCNOTTY",
    "TIOCGPTN",
    "FIONREAD",
    "FIONBIO",
    "FIOCLEX",
    "FIONCLEX",
    "FIOASYNC",
    "FICLONE",
    "SIOCGIFCONF",
    "SIOCGIFINDEX",
];
const FCNTL: &[&str] = &[
    "F_DUPFD",
    "F_GETFD",
    "F_SETFD",
    "F_GETFL",
    "F_SETFL",
    "F_GETLK",
    "F_SETLK",
    "F_SETLKW",
    "F_SETOWN",
    "F_GETOWN",
    "F_OFD_GETLK",
    "F_OFD_SETLK",
    "F_OFD_SETLKW",
    "F_SETLEASE",
    "F_GETLEASE",
    "F_DUPFD_CLOEXEC",
    "F_SETPIPE_SZ",
    "F_GETPIPE_SZ",
    "F_ADD_SEALS",
    "F_GET_SEALS",
];
const ADVICE: &[&str] = &[
    "MADV_NORMAL",
    "MADV_RANDOM",
    "MADV_SEQUENTIAL",
    "MADV_WILLNEED",
    "MADV_DONTNEED",
    "MADV_FREE",
    "MADV_REMOVE",
    "MADV_DONTFORK",
    "MADV_DOFORK",
    "MADV_MERGEABLE",
    "MADV_HUGEPAGE",
    "MADV_NOHUGEPAGE",
    "MADV_DONTDUMP",
    "MADV_DODUMP",
    "MADV_WIPEONFORK",
    "MADV_COLD",
    "MADV_PAGEOUT",
];
const WHENCE: &[&str] = &["SEEK_SET", "SEEK_CUR", "SEEK_END", "SEEK_DATA", "SEEK_HOLE"];
const MASK_HOW: &[&str] = &["SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK"];
const RESOURCE: &[&str] = &[
    "RLIMIT_CPU",
    "RLIMIT_FSIZE",
    "RLIMIT_DATA",
    "RLIMIT_STACK",
    "RLIMIT_CORE",
    "RLIMIT_RSS",
    "RLIMIT_NPROC",
    "RLIMIT_NOFILE",
    "RLIMIT_MEMLOCK",
    "RLIMIT_AS",
];
const CLOCK: &[&str] = &[
    "CLOCK_REALTIME",
    "CLOCK_MONOTONIC",
    "CLOCK_PROCESS_CPUTIME_ID",
    "CLOCK_THREAD_CPUTIME_ID",
    "CLOCK_MONOTONIC_RAW",
    "CLOCK_REALTIME_COARSE",
    "CLOCK_MONOTONIC_COARSE",
    "CLOCK_BOOTTIME",
];
const PRCTL: &[&str] = &[
    "PR_SET_PDEATHSIG",
    "PR_GET_DUMPABLE",
    "PR_SET_DUMPABLE",
    "PR_SET_NAME",
    "PR_GET_NAME",
    "PR_SET_SECCOMP",
    "PR_CAPBSET_READ",
    "PR_CAPBSET_DROP",
    "PR_SET_NO_NEW_PRIVS",
    "PR_GET_NO_NEW_PRIVS",
    "PR_SET_VMA",
    "PR_SET_PTRACER",
    "PR_SET_CHILD_SUBREAPER",
    "PR_SET_KEEPCAPS",
    "PR_SET_SECUREBITS",
    "PR_SET_MM",
    "PR_SET_THP_DISABLE",
];
const PTRACE: &[&str] = &[
    "PTRACE_TRACEME",
    "PTRACE_PEEKTEXT",
    "PTRACE_PEEKDATA",
    "PTRACE_POKETEXT",
    "PTRACE_POKEDATA",
    "PTRACE_CONT",
    "PTRACE_KILL",
    "PTRACE_ATTACH",
    "PTRACE_DETACH",
    "PTRACE_SEIZE",
    "PTRACE_SYSCALL",
    "PTRACE_GETREGSET",
];
const ACCESS: &[&str] = &["R_OK", "W_OK", "X_OK"];
const MREMAP: &[&str] = &["MREMAP_MAYMOVE", "MREMAP_FIXED", "MREMAP_DONTUNMAP"];
const MEMFD: &[&str] = &["MFD_CLOEXEC", "MFD_ALLOW_SEALING", "MFD_HUGETLB", "MFD_NOEXEC_SEAL", "MFD_EXEC"];
const WAIT: &[&str] = &["WNOHANG", "WUNTRACED", "WEXITED", "WCONTINUED", "WNOWAIT", "__WALL", "__WCLONE"];
const RANDOM: &[&str] = &["GRND_NONBLOCK", "GRND_RANDOM", "GRND_INSECURE"];
const MOUNT: &[&str] = &[
    "MS_RDONLY",
    "MS_NOSUID",
    "MS_NODEV",
    "MS_NOEXEC",
    "MS_REMOUNT",
    "MS_BIND",
    "MS_MOVE",
    "MS_REC",
    "MS_PRIVATE",
    "MS_SLAVE",
    "MS_SHARED",
];
const SECCOMP: &[&str] =
    &["SECCOMP_SET_MODE_STRICT", "SECCOMP_SET_MODE_FILTER", "SECCOMP_GET_ACTION_AVAIL", "SECCOMP_GET_NOTIF_SIZES"];

/// Which names the argument `arg` of `call` takes.
fn names(call: &str, arg: &str) -> Option<Names> {
    use Names::{Clone, Flags, One, OneAndFlags, Signal};
    Some(match (call, arg) {
        ("mmap" | "mprotect" | "pkey_mprotect", "prot") => Flags(PROT),
        ("mmap", "flags") => OneAndFlags(0xf, MAP_KIND, MAP),
        ("open" | "openat", "flags") => OneAndFlags(3, OPEN_MODE, OPEN),
        ("pipe2" | "dup3" | "eventfd2" | "inotify_init1" | "signalfd4" | "epoll_create1", "flags") => Flags(OPEN),
        ("clone", "clone_flags") => Clone,
        ("unshare", _) | ("setns", "flags" | "nstype") => Flags(NAMESPACE),
        ("futex", "op") => OneAndFlags(0x7f, FUTEX_OP, FUTEX_FLAGS),
        ("socket" | "socketpair", "family") => One(FAMILY),
        ("socket" | "socketpair", "type") => OneAndFlags(0xf, SOCKET_TYPE, SOCKET_FLAGS),
        ("accept4", "flags") => Flags(SOCKET_FLAGS),
        ("send" | "sendto" | "sendmsg" | "sendmmsg" | "recvfrom" | "recvmsg" | "recvmmsg", "flags") => Flags(MESSAGE),
        ("ioctl", "cmd") => One(IOCTL),
        ("fcntl", "cmd") => One(FCNTL),
        ("madvise" | "process_madvise", "behavior") => One(ADVICE),
        ("lseek", "whence") => One(WHENCE),
        ("rt_sigprocmask", "how") => One(MASK_HOW),
        ("prlimit64" | "setrlimit" | "getrlimit", "resource") => One(RESOURCE),
        (_, "which_clock" | "clockid" | "clock_id") => One(CLOCK),
        ("prctl", "option") => One(PRCTL),
        ("ptrace", "request") => One(PTRACE),
        ("seccomp", "op") => One(SECCOMP),
        ("access" | "faccessat" | "faccessat2", "mode") => Flags(ACCESS),
        ("mremap", "flags") => Flags(MREMAP),
        ("memfd_create", "flags") => Flags(MEMFD),
        ("wait4" | "waitid", "options") => Flags(WAIT),
        ("getrandom", "flags") => Flags(RANDOM),
        ("mount", "flags") => Flags(MOUNT),
        (
            "newfstatat" | "statx" | "execveat" | "fchownat" | "linkat" | "faccessat2" | "name_to_handle_at",
            "flag" | "flags",
        ) => Flags(AT),
        (_, "sig" | "signum" | "signal") => Signal,
        _ => return None,
    })
}

/// The argument in names, where there are any: `PROT_READ | PROT_WRITE`, `AT_FDCWD`, `SIGKILL`.
pub(crate) fn decode(arch: Arch, call: &str, arg: &Arg, register: u64) -> Option<String> {
    if arg.pointer {
        return None;
    }
    let value = effective(arg, register);
    let is_dir = arg.name.ends_with("dfd") || matches!(arg.name, "dirfd" | "from_dfd" | "to_dfd");
    if is_dir && constant(arch, "AT_FDCWD").is_some_and(|fdcwd| fdcwd as u32 == value as u32) {
        return Some("AT_FDCWD".to_owned());
    }
    match names(call, arg.name)? {
        Names::One(names) => one(arch, names, value, arg).map(str::to_owned),
        Names::Flags(names) => flags(arch, &[], names, value),
        Names::OneAndFlags(mask, first, rest) => {
            let kind = one(arch, first, value & mask, arg);
            match kind {
                Some(kind) => flags(arch, &[kind], rest, value & !mask),
                None => flags(arch, &[], rest, value),
            }
        }
        Names::Signal => signals::name(i32::try_from(value).ok()?).map(str::to_owned),
        Names::Clone => {
            let signal = signals::name(i32::try_from(value & 0xff).ok()?);
            match signal {
                Some(signal) => flags(arch, &[signal], CLONE, value & !0xff),
                None => flags(arch, &[], CLONE, value),
            }
        }
    }
}

/// What the kernel makes of the register.
pub(crate) fn effective(arg: &Arg, register: u64) -> u64 {
    match arg.width {
        Width::W32 => u64::from(register as u32),
        Width::W64 => register,
    }
}

/// The argument as a number: signed or not as the kernel has it; in hexadecimal where it is an address or large.
pub(crate) fn number(arg: &Arg, register: u64) -> String {
    let value = effective(arg, register);
    match (arg.pointer, arg.signed, arg.width) {
        (true, ..) if value == 0 => "NULL".to_owned(),
        (true, ..) => format!("{value:#x}"),
        (false, true, Width::W32) => (value as u32).cast_signed().to_string(),
        (false, true, Width::W64) => value.cast_signed().to_string(),
        (false, false, _) if value < 4096 => value.to_string(),
        (false, false, _) => format!("{value:#x}"),
    }
}

fn constant(arch: Arch, name: &str) -> Option<i64> {
    tables::constant(name).and_then(|constant| constant.values[arch.index()])
}

fn one<'a>(arch: Arch, names: &[&'a str], value: u64, arg: &Arg) -> Option<&'a str> {
    let same = |known: i64| effective(arg, known.cast_unsigned()) == value;
    names.iter().copied().find(|name| constant(arch, name).is_some_and(same))
}

/// `prefix` and every flag in `value`, or-ed; the rest as a number. `None` if that would be no name at all.
fn flags(arch: Arch, prefix: &[&str], names: &[&str], value: u64) -> Option<String> {
    let mut parts: Vec<&str> = prefix.to_vec();
    let mut rest = value;
    for name in names {
        // Flags are never negative; the table's type has room for other constants that are.
        let Some(bits) = constant(arch, name).map(i64::cast_unsigned) else { continue };
        if bits != 0 && rest & bits == bits {
            rest &= !bits;
            parts.push(name);
        }
    }
    if parts.is_empty() {
        return None;
    }
    let mut text = parts.join(" | ");
    if rest != 0 {
        text.push_str(&format!(" | {rest:#x}"));
    }
    Some(text)
}

/// Whether the argument is a string worth copying: a path or a name, never data.
pub(crate) fn is_text(call: &str, arg: &Arg) -> bool {
    let string = arg.pointer && arg.ty.contains("char *") && !arg.ty.contains("char *const");
    let data = matches!(arg.name, "buf" | "ubuf" | "vec" | "optval" | "shmaddr" | "list" | "u_msg_ptr" | "_value");
    let output = call == "getcwd" || call == "gethostname" || call == "syslog";
    string && !data && !output
}

#[cfg(test)]
mod tests {
    use super::*;

    const INT: Arg = Arg { name: "fd", ty: "int", width: Width::W32, signed: true, pointer: false, narrowed: false };

    #[test]
    fn numbers_are_shown_as_the_kernel_takes_them() {
        assert_eq!(number(&INT, 0xdead_beef_ffff_ffff), "-1");
        assert_eq!(number(&Arg { signed: false, ..INT }, 0x1_0000_0002), "2");
        let pointer = Arg { pointer: true, width: Width::W64, signed: false, ..INT };
        assert_eq!(number(&pointer, 0), "NULL");
        assert_eq!(number(&pointer, 0x7fff_0000), "0x7fff0000");
    }

    #[test]
    fn flags_are_named_and_the_rest_is_kept() {
        if tables::constant("PROT_READ").is_none() {
            eprintln!("skipped: this build has no table of constants");
            return;
        }
        let prot = Arg { name: "prot", ..INT };
        let decode = |value| decode(Arch::X86_64, "mprotect", &prot, value);
        assert_eq!(decode(3).as_deref(), Some("PROT_READ | PROT_WRITE"));
        assert_eq!(decode(0x41).as_deref(), Some("PROT_READ | 0x40"));
        assert_eq!(decode(0x40), None);
        let dfd = Arg { name: "dfd", ..INT };
        assert_eq!(super::decode(Arch::X86_64, "openat", &dfd, 0xffff_ff9c).as_deref(), Some("AT_FDCWD"));
    }

    #[test]
    fn paths_are_text_and_data_is_not() {
        let path = Arg { name: "filename", ty: "const char *", pointer: true, width: Width::W64, ..INT };
        assert!(is_text("openat", &path));
        assert!(!is_text("write", &Arg { name: "buf", ..path }));
        assert!(!is_text("execve", &Arg { name: "argv", ty: "const char *const *", ..path }));
    }
}
