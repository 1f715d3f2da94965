//! System calls of a launch, told apart in words: whose it is, which, with what, and which of several alike.

use std::fmt;

/// A process of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Who {
    /// The launcher.
    Host,
    /// The launch server.
    Server,
    /// Whoever looks for the fork server's program. It shares the host's descriptors.
    Finder,
    /// The fork server until it executes its program.
    Spawned,
    /// The sandbox's first process.
    Init,
    /// The sandboxee, or whoever keeps its namespaces, until it executes its program.
    Sandboxee,
    /// The program that asks for its policy, from its first word on until it has it.
    Program,
    /// The fork server, from its first word on.
    Forker,
    /// Whatever it forks, until it has its policy.
    Forked,
    /// Anybody else.
    Other,
}

impl Who {
    /// Whether its calls are of interest.
    pub(crate) fn is_walked(self) -> bool {
        self != Who::Other
    }

    /// Who this one is once it has executed its program.
    pub(crate) fn program(self) -> Who {
        match self {
            Who::Sandboxee => Who::Program,
            Who::Spawned => Who::Forker,
            other => other,
        }
    }

    /// Who it is that this one makes by a `clone` with those flags.
    pub(crate) fn child(self, flags: u64) -> Who {
        let namespaces = flags & libc::CLONE_NEWUSER as u64 != 0;
        match self {
            Who::Host if flags & libc::CLONE_VFORK as u64 != 0 => {
                if namespaces {
                    Who::Finder
                } else {
                    Who::Spawned
                }
            }
            Who::Host | Who::Server if namespaces => Who::Init,
            Who::Host if flags & libc::CLONE_THREAD as u64 == 0 => Who::Server,
            Who::Init if namespaces => Who::Sandboxee,
            Who::Forker | Who::Forked => Who::Forked,
            _ => Who::Other,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Who::Host => "host",
            Who::Server => "server",
            Who::Finder => "finder",
            Who::Spawned => "spawned",
            Who::Init => "init",
            Who::Sandboxee => "sandboxee",
            Who::Program => "program",
            Who::Forker => "fork server",
            Who::Forked => "forked",
            Who::Other => "other",
        })
    }
}

/// A call that the same launch makes again when it is run again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Point {
    pub(crate) who: Who,
    pub(crate) number: u64,
    /// With what: a path, an option.
    pub(crate) detail: String,
    /// Which of those that are alike in all that.
    pub(crate) nth: u32,
}

/// A call as it was made.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) point: Point,
}

impl Point {
    /// Whether it is made as often as it happens to take: by somebody who waits, or by several whom nobody can tell apart.
    pub(crate) fn waits(&self) -> bool {
        let alike = matches!(self.who, Who::Program | Who::Forker | Who::Forked);
        let asks = (self.who, self.name()) == (Who::Init, "read");
        alike || asks || matches!(self.name(), "ppoll" | "futex" | "wait4" | "process_vm_readv" | "exit_group")
    }

    /// What the call is called.
    pub(crate) fn name(&self) -> &'static str {
        name(self.number)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}({}) #{}", self.who, self.name(), self.detail, self.nth)
    }
}

fn name(number: u64) -> &'static str {
    let arch = sandbox2_policy::Arch::X86_64;
    let found = u32::try_from(number).ok().and_then(|number| sandbox2_policy::tables::syscall_by_number(arch, number));
    found.map_or("?", |syscall| syscall.name)
}

/// With what: that which tells it from others of the same number, and does not change from run to run.
pub(crate) fn detail(pid: i32, number: u64, args: [u64; 6]) -> String {
    let option = |index: usize| args.get(index).map_or(0, |value| *value & 0xffff_ffff).to_string();
    match number.cast_signed() {
        libc::SYS_openat
        | libc::SYS_openat2
        | libc::SYS_readlinkat
        | libc::SYS_newfstatat
        | libc::SYS_mkdirat
        | libc::SYS_mknodat => numberless(&text(pid, args[1])),
        libc::SYS_statx => numberless(&text(pid, args[1])),
        libc::SYS_move_mount => text(pid, args[3]),
        libc::SYS_open
        | libc::SYS_stat
        | libc::SYS_readlink
        | libc::SYS_access
        | libc::SYS_chdir
        | libc::SYS_memfd_create => numberless(&text(pid, args[0])),
        libc::SYS_fsopen => text(pid, args[0]),
        libc::SYS_fsconfig if args[2] != 0 => text(pid, args[2]),
        libc::SYS_prctl => {
            let name = args[0] == libc::PR_SET_NAME as u64;
            format!("{}, {}", option(0), if name { String::new() } else { option(1) })
        }
        libc::SYS_seccomp | libc::SYS_keyctl | libc::SYS_madvise => option(0),
        libc::SYS_fcntl | libc::SYS_futex | libc::SYS_ioctl | libc::SYS_prlimit64 => option(1),
        libc::SYS_mmap => {
            let shared = if args[3] & libc::MAP_SHARED as u64 == 0 { "private" } else { "shared" };
            let file = if args[3] & libc::MAP_ANONYMOUS as u64 == 0 { "file" } else { "anonymous" };
            format!("{shared} {file}")
        }
        _ => String::new(),
    }
}

/// A path without the numbers of processes and descriptors.
fn numberless(path: &str) -> String {
    if !path.starts_with("/proc") && !path.starts_with("self") {
        return path.to_owned();
    }
    let part = |part: &str| if part.parse::<u32>().is_ok() { "N".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Whether it puts a filter on its process.
pub(crate) fn installs_filter(point: &Point) -> bool {
    point.number.cast_signed() == libc::SYS_seccomp && point.detail == libc::SECCOMP_SET_MODE_FILTER.to_string()
}

/// The flags of a call that makes a process, of which the first argument is known; 0 of any other.
pub(crate) fn clone_flags(pid: i32, number: u64, first: u64) -> u64 {
    match number.cast_signed() {
        libc::SYS_clone => first,
        libc::SYS_vfork => (libc::CLONE_VFORK | libc::CLONE_VM) as u64,
        libc::SYS_clone3 => {
            let mut flags = [0_u8; 8];
            read(pid, first, &mut flags);
            u64::from_ne_bytes(flags)
        }
        _ => 0,
    }
}

fn text(pid: i32, address: u64) -> String {
    let mut bytes = [0_u8; 256];
    // Not beyond a page at once: the next may not be there.
    let page = (4096 - usize::try_from(address % 4096).unwrap_or_default()).min(bytes.len());
    let (first, rest) = bytes.split_at_mut(page);
    if read(pid, address, first) == page && !first.contains(&0) {
        read(pid, address + page as u64, rest);
    }
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}

fn read(pid: i32, address: u64, place: &mut [u8]) -> usize {
    let local = libc::iovec { iov_base: place.as_mut_ptr().cast(), iov_len: place.len() };
    let remote = libc::iovec { iov_base: std::ptr::without_provenance_mut(address as usize), iov_len: place.len() };
    // SAFETY: the kernel writes at most as many bytes as `place` has.
    let length = unsafe { libc::process_vm_readv(pid, &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(length).unwrap_or_default()
}
