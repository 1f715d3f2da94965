//! What must come of a launch in which one call fails: which step is named or, where the failure does no harm, why.

use sandbox2::Stage;

use crate::calls::{Point, Who};
use crate::tracer::Fate;

/// What may come of it.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    /// The launch fails at one of these steps, and the program never runs.
    pub(crate) stages: &'static [Stage],
    /// The sandboxee is as if nothing had happened, and this is why.
    pub(crate) harmless: Option<&'static str>,
    /// Supervision itself fails, says so, and has ended the sandboxee.
    pub(crate) supervision: bool,
    /// The host ends for want of memory, as every Rust program does.
    pub(crate) abort: bool,
    /// The program ends by itself before it is sandboxed, or without doing anything after that.
    pub(crate) gives_up: bool,
    /// The sandbox may end with whoever fails when the program has run already.
    pub(crate) late: bool,
    /// Which error number is told.
    pub(crate) told: Told,
    /// In which lines the sandboxee's report may be another.
    pub(crate) differs: Option<&'static str>,
}

/// Which error number is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Told {
    /// That of the call.
    #[default]
    Own,
    /// Another, and why.
    Another(&'static str),
}

/// Why another error number is told.
const ENDED: Told = Told::Another("whoever fails can only end, and that is seen");
const UNSAID: Told = Told::Another("what is wrong is said in words");

fn fails(stages: &'static [Stage]) -> Expected {
    Expected { stages, ..Expected::default() }
}

fn harmless(reason: &'static str) -> Expected {
    Expected { harmless: Some(reason), ..Expected::default() }
}

/// What of a call is tried.
pub(crate) fn fates(point: &Point) -> Vec<Fate> {
    use libc::{E2BIG, EACCES, EAGAIN, EINTR, EINVAL, EIO, EMFILE, ENOMEM, ENOSPC, EPERM};
    let errnos: &[i32] = match (point.who, point.name()) {
        // They cannot fail, or nothing is left of whoever makes them.
        (_, "getpid" | "geteuid" | "getegid" | "umask" | "exit_group" | "rt_sigreturn") => &[],
        // It says by the old address that it failed.
        (_, "brk") => &[],
        // F_GETFD: the standard library's own check of every descriptor that it closes, in programs that check themselves.
        (_, "fcntl") if point.detail == "1" => &[],
        // The number is free in any case, so the call is made.
        (_, "close") => return vec![Fate::SaidToFail(EINTR)],
        (_, "openat" | "openat2" | "open_tree") => &[EMFILE, ENOMEM, EACCES],
        (
            _,
            "pipe2" | "eventfd2" | "memfd_create" | "pidfd_open" | "pidfd_getfd" | "socketpair" | "socket"
            | "signalfd4" | "fsopen" | "fsmount" | "dup3" | "fcntl",
        ) => &[EMFILE, ENOMEM],
        (_, "clone3" | "clone" | "vfork") => &[EAGAIN, ENOMEM, EPERM, ENOSPC],
        (_, "mmap") => &[ENOMEM],
        (_, "waitid") => &[EINTR],
        (_, "futex") => &[EINTR, EAGAIN],
        (_, "read" | "pread64" | "write" | "recvmsg" | "sendmsg") => &[EINTR, EIO],
        (_, "ppoll" | "wait4") => &[EINTR, ENOMEM],
        (_, "ioctl") => &[EINTR, EPERM, ENOMEM],
        (_, "execveat") => &[ENOMEM, E2BIG, EACCES, EIO],
        (_, "seccomp") => &[EPERM, ENOMEM, EINVAL],
        (_, "prctl" | "capset" | "unshare" | "mount_setattr" | "move_mount" | "pivot_root" | "umount2") => {
            &[EPERM, ENOMEM]
        }
        _ => &[EPERM, ENOMEM],
    };
    errnos.iter().copied().map(Fate::Fails).collect()
}

/// What must come of it when `point` fails with `errno`.
pub(crate) fn expected(point: &Point, errno: i32) -> Expected {
    match point.who {
        Who::Program => program(),
        Who::Forker | Who::Forked => Expected { late: true, ..program() },
        _ if point.name() == "close" => harmless("the number is free in any case"),
        _ if point.name() == "futex" => harmless("whoever waits looks again by itself"),
        Who::Host => host(point, errno),
        Who::Server => server(point, errno),
        Who::Finder | Who::Spawned => spawned(point),
        Who::Init => init(point, errno),
        Who::Sandboxee => sandboxee(point, errno),
        Who::Other => Expected::default(),
    }
}

const LOWER: Option<&str> = Some("a limit that nobody asked for is the host's own, where that is lower");

/// Every ioctl of a launch, by its number.
mod request {
    pub(super) const PIDFD_GET_INFO: &str = "3225485067";
    pub(super) const ID_VALID: &str = "1074274562";
    pub(super) const SET_FLAGS: &str = "1074274564";
}

fn host(point: &Point, errno: i32) -> Expected {
    use Stage::{ForkServer, Handshake, LaunchServer, Libraries, Limits, Listener, Namespaces, Plan, Program, Wait};
    const ELSEWHERE: Option<&str> =
        Some("a library that cannot be read is looked for in other places, where this one is, too");
    const AGAIN: Option<&str> = Some("it is made again");
    match (point.name(), point.detail.as_str()) {
        ("recvmsg" | "sendmsg" | "ioctl" | "ppoll" | "waitid", detail)
            if errno == libc::EINTR && detail != request::PIDFD_GET_INFO =>
        {
            if detail == request::ID_VALID {
                return Expected { told: UNSAID, ..fails(&[Listener]) };
            }
            Expected { harmless: AGAIN, ..Expected::default() }
        }
        ("fcntl", _) => fails(&[Plan, Handshake]),
        ("getrusage", _) => harmless("what the supervising thread has used is not told then"),
        ("prctl", "21, 0") => harmless("whether there is a filter already is of no account if there is none"),
        ("seccomp", "3") if errno == libc::ENOMEM => Expected {
            harmless: Some("that was to find out whether there can be a listener; it is asked again"),
            ..fails(&[Listener])
        },
        // There can be no listener, so the other monitor is chosen: which cannot be here, where the test traces everybody.
        ("seccomp", "3") => Expected { told: UNSAID, ..fails(&[Stage::Trace, Listener]) },
        ("epoll_create1" | "timerfd_create", _) => fails(&[Plan]),
        ("epoll_ctl", _) => Expected {
            supervision: true,
            harmless: Some("what is over is taken out, and is not there in any case"),
            ..fails(&[Plan])
        },
        ("timerfd_settime" | "epoll_wait", _) => Expected { supervision: true, ..Expected::default() },
        ("openat", "/etc/ld.so.cache") => harmless("the libraries are looked for without the loader's cache"),
        ("openat" | "read", "/proc/self/fd/N") => harmless("a script is found out when it is executed"),
        // That a device works as one is for the child to say, if it cannot be found out here.
        ("statx", "/dev/null") => Expected {
            differs: Some("/dev/null"),
            ..harmless("the device does not work as one, which the report says")
        },
        ("openat" | "statx", path) if path.starts_with("/lib") => {
            Expected { harmless: ELSEWHERE, ..fails(&[Libraries]) }
        }
        ("openat", "/dev/null") => fails(&[Plan]),
        ("openat", _) => fails(&[Program, Libraries]),
        ("newfstatat", _) => fails(&[Program]),
        ("read", _) => Expected {
            stages: &[Libraries],
            harmless: Some(
                "a script is found out when it is executed, and the libraries are looked for without the loader's cache",
            ),
            ..Expected::default()
        },
        ("statx", "") => Expected { harmless: ELSEWHERE, ..fails(&[Program, Libraries]) },
        ("statx", "/etc/ld.so.cache") => harmless("the libraries are looked for without the loader's cache"),
        ("statx", _) => fails(&[Libraries, Stage::MountSource]),
        ("pread64", _) => Expected { harmless: ELSEWHERE, ..fails(&[Libraries]) },
        ("readlink", "/proc/self/fd/N") => fails(&[Program]),
        ("readlink", "/proc/N/ns/pid") => fails(&[Wait]),
        ("readlink", _) => fails(&[Libraries]),
        ("mmap", "private anonymous") => {
            Expected { harmless: Some("the allocator has another way"), abort: true, ..Expected::default() }
        }
        ("mmap", _) => fails(&[Plan, LaunchServer, ForkServer, Program]),
        ("munmap" | "madvise", _) => harmless("the memory is lost, and nothing else"),
        ("eventfd2" | "pipe2" | "memfd_create" | "ftruncate" | "setsockopt", _) => fails(&[Plan]),
        ("socketpair", _) => fails(&[Plan, LaunchServer, ForkServer]),
        ("pidfd_open", _) => fails(&[Plan, Wait]),
        ("rt_sigprocmask" | "clone3", _) => fails(&[Namespaces, LaunchServer, ForkServer, Program]),
        ("seccomp" | "pidfd_getfd", _) => fails(&[Listener]),
        ("ioctl", request::PIDFD_GET_INFO) => harmless("/proc says it, too"),
        ("ioctl", request::ID_VALID) => Expected { told: UNSAID, ..fails(&[Listener]) },
        ("ioctl", request::SET_FLAGS) => harmless("answers are slower"),
        ("ioctl", _) => Expected { supervision: true, ..Expected::default() },
        ("ppoll", _) => Expected {
            stages: &[LaunchServer, ForkServer, Wait, Handshake],
            harmless: Some("while init gets ready, the shared page says more"),
            supervision: true,
            ..Expected::default()
        },
        // The first that a fork server says.
        ("recvmsg", _) if point.nth == 1 => Expected { told: UNSAID, ..fails(&[LaunchServer, Handshake, ForkServer]) },
        ("recvmsg" | "sendmsg", _) => fails(&[LaunchServer, Handshake, ForkServer]),
        ("process_vm_readv", _) => Expected { told: UNSAID, ..fails(&[Handshake]) },
        ("prlimit64", _) if errno == libc::EPERM => Expected { harmless: LOWER, ..fails(&[Limits]) },
        ("prlimit64", _) => fails(&[Limits]),
        ("pidfd_send_signal" | "shutdown", _) => harmless("it ends by itself, too"),
        _ => Expected::default(),
    }
}

fn server(point: &Point, errno: i32) -> Expected {
    use Stage::{LaunchServer, Namespaces};
    match point.name() {
        "recvmsg" | "sendmsg" if errno == libc::EINTR => harmless("it is made again"),
        "rseq" | "prctl" => harmless("it keeps what it has of the host's memory, or another name"),
        "setsid" | "dup3" | "recvmsg" | "sendmsg" | "close_range" | "rt_sigprocmask" => Expected {
            harmless: Some("one that has ended is replaced, and after the last sandbox nobody needs it"),
            told: ENDED,
            ..fails(&[LaunchServer, Namespaces])
        },
        "mmap" | "clone3" => fails(&[Namespaces]),
        "munmap" => Expected { harmless: Some("it keeps what it has of the host's memory"), ..fails(&[Namespaces]) },
        _ => Expected::default(),
    }
}

/// What a program does for its policy is its own affair: it may fail anyhow, so long as it does not run with less than that.
fn program() -> Expected {
    use Stage::{Filter, Fork, ForkServer, Handshake, Wait};
    Expected {
        harmless: Some("it has what it should have"),
        gives_up: true,
        told: UNSAID,
        ..fails(&[Filter, Fork, ForkServer, Handshake, Wait])
    }
}

fn spawned(point: &Point) -> Expected {
    use Stage::{CloseDescriptors, Descriptors, Exec, Program, Session, Signals};
    match point.name() {
        "setsid" => fails(&[Session]),
        "rt_sigaction" | "rt_sigprocmask" => fails(&[Signals]),
        "dup3" | "fcntl" => fails(&[Descriptors]),
        "close_range" => fails(&[CloseDescriptors]),
        "execveat" => fails(&[Exec]),
        "openat" | "statx" | "mount_setattr" => fails(&[Program]),
        _ => Expected::default(),
    }
}

fn init(point: &Point, errno: i32) -> Expected {
    use Stage::{
        IdMaps, Init, Loopback, Mount, MountAttributes, MountSource, MountTarget, ParentDeath, Pivot, Proc, Program,
        Propagation, Root, Sandboxee, Signals, Tmpfs, WorkingDirectory,
    };
    const NAME: &str = "15, ";
    match (point.name(), point.detail.as_str(), point.nth) {
        ("rseq" | "munmap", ..) => harmless("it keeps what it has of the host's memory"),
        ("prctl", NAME, _) => harmless("it has another name"),
        ("prctl", "1, 9", _) | ("ppoll", _, 1) => fails(&[ParentDeath]),
        ("rt_sigaction", ..) => fails(&[Signals]),
        ("rt_sigprocmask", _, 1) => fails(&[Signals]),
        ("rt_sigprocmask" | "signalfd4" | "close_range" | "capset" | "seccomp", ..) | ("prctl", "38, 1", _) => {
            fails(&[Init])
        }
        ("prctl", "4, 1", _) => fails(&[IdMaps]),
        ("openat", "self/clear_refs", _) | ("write", _, 4) => {
            harmless("the peak of memory in the outcome is the host's")
        }
        ("openat", "/proc" | "self/setgroups" | "self/uid_map" | "self/gid_map", _) | ("write", ..) => fails(&[IdMaps]),
        ("socket", _, 1) => harmless("a socket of another family does as well"),
        ("socket" | "ioctl", ..) => fails(&[Loopback]),
        ("chdir", _, 1) => fails(&[WorkingDirectory]),
        ("chdir" | "fchdir" | "pivot_root" | "umount2", ..) => fails(&[Pivot]),
        ("mount_setattr", _, 1) => fails(&[Propagation]),
        ("mount_setattr", ..) => fails(&[MountAttributes, Root, Program]),
        ("openat" | "statx" | "dup3", ..) => fails(&[Program]),
        ("clone3", ..) => fails(&[Sandboxee]),
        ("fsopen", "proc", _) | ("move_mount", "/proc", _) => fails(&[Proc]),
        ("fsopen", ..) => fails(&[Root, Tmpfs]),
        ("fsconfig" | "fsmount", ..) => fails(&[Root, Tmpfs, Proc]),
        ("move_mount", "/", _) => fails(&[Root]),
        ("move_mount", ..) => fails(&[Mount]),
        ("mkdirat" | "mknodat", ..) => fails(&[MountTarget]),
        ("openat2", ..) => fails(&[MountSource, MountTarget]),
        ("open_tree", ..) => fails(&[MountSource]),
        ("ppoll" | "wait4" | "read", ..) if errno == libc::EINTR => harmless("it is made again"),
        ("read", ..) => Expected {
            harmless: Some("whether a child has ended is asked again"),
            told: UNSAID,
            ..fails(&[Stage::ForkServer])
        },
        // It ends, and everything with it.
        ("ppoll" | "wait4", ..) => {
            Expected { supervision: true, told: ENDED, ..fails(&[Stage::Wait, Stage::Handshake]) }
        }
        _ => Expected::default(),
    }
}

fn sandboxee(point: &Point, errno: i32) -> Expected {
    use Stage::{
        Capabilities, CloseDescriptors, Descriptors, Exec, Filter, Fork, HostName, Limits, Namespaces, NestedIdMaps,
        NoNewPrivileges, Session, Signals, Speculation, WorkingDirectory,
    };
    match (point.name(), point.detail.as_str()) {
        ("setsid" | "keyctl", _) => fails(&[Session]),
        ("unshare", _) => fails(&[Namespaces]),
        ("sethostname" | "setdomainname", _) => fails(&[HostName]),
        ("rt_sigaction", _) => fails(&[Signals]),
        ("openat" | "write", _) => fails(&[NestedIdMaps]),
        ("dup3" | "fcntl", _) => fails(&[Descriptors]),
        ("close_range", _) => fails(&[CloseDescriptors]),
        ("prlimit64", _) if errno == libc::EPERM => Expected { harmless: LOWER, ..fails(&[Limits]) },
        ("prlimit64", _) => fails(&[Limits]),
        ("capset" | "prctl", "" | "28, 239") => fails(&[Capabilities]),
        ("prctl", option) if option.starts_with("24, ") => fails(&[Capabilities]),
        ("chdir", _) => fails(&[WorkingDirectory]),
        ("prctl", "38, 1") => fails(&[NoNewPrivileges]),
        ("prctl", "53, 0" | "53, 1") if errno == libc::EPERM => {
            harmless("a kernel that does not let a process control it")
        }
        ("prctl", "53, 0" | "53, 1") => fails(&[Speculation]),
        ("seccomp", _) if errno == libc::EINVAL => harmless("a kernel that does not know how to wait killably"),
        ("seccomp", _) => fails(&[Filter]),
        ("execveat", _) => fails(&[Exec]),
        ("read", _) if errno == libc::EINTR => harmless("it is made again"),
        // Whoever keeps the namespaces is gone before they are entered.
        ("read", _) => Expected { harmless: Some("they have been entered already"), told: ENDED, ..fails(&[Fork]) },
        _ => Expected::default(),
    }
}
