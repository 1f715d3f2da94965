//! The groups that stand for the helpers of the C++ Sandbox2, as tested facts: a program makes each call that a group is for,
//! and is let through with the group and stopped without it.
//!
//! The groups for starting, allocating and the like have programs of their own, in `groups`.

use std::io::Read;

use sandbox2::{Executor, Outcome, Policy, Sandbox2};
use sandbox2_policy::{Arch, tables};
use sandbox2_tests::{host, sandboxees};

/// What the program itself needs, written out: the groups for it let some of the calls through that are tried.
const PROGRAM: &str = "use exit, write;
    ALLOW brk, munmap;
    ALLOW getrandom if flags in [GRND_NONBLOCK, GRND_INSECURE];
    ALLOW mmap if prot == PROT_READ | PROT_WRITE && flags == MAP_PRIVATE | MAP_ANONYMOUS;
    ALLOW set_tid_address, set_robust_list, rseq, gettid, uname, rt_sigprocmask, rt_sigreturn, sigaltstack, fstat;
    ALLOW arch_prctl?, riscv_hwprobe?;
    ALLOW sched_getaffinity, rt_sigaction;
    ALLOW prlimit64 if pid == 0 && new_rlim == NULL && resource == RLIMIT_STACK;
    ALLOW poll? if nfds == 3;
    ALLOW ppoll if nfds == 3;
    ALLOW openat if flags == O_RDONLY | O_CLOEXEC;
    ALLOW readlink? if bufsiz == 4096;
    ALLOW readlinkat if bufsiz == 4096;
    ALLOW mmap if prot == PROT_READ | PROT_WRITE && flags == MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK;
    ALLOW mprotect if prot in [PROT_NONE, PROT_READ];";

/// For each group calls that only it lets through: `name,argument…`. The arguments are such that nothing happens.
const FACTS: &[(&str, &[&str])] = &[
    ("access", &["access,0,0", "faccessat,-100,0,0", "faccessat2,-100,0,0,0"]),
    ("alarm", &["alarm,0", "setitimer,9,0,0"]),
    ("chmod", &["chmod,0,0", "fchmod,-1,0", "fchmodat,-100,0,0", "fchmodat2,-100,0,0"]),
    ("chown", &["chown,0,0,0", "lchown,0,0,0", "fchown,-1,0,0", "fchownat,-100,0,0,0,0"]),
    ("comms", &["sendto,-1,0,0,0,0,0", "sendmsg,-1,0,0", "recvmsg,-1,0,0", "ppoll,0,0,1,0,0"]),
    ("dup", &["dup,-1", "dup2,-1,-1", "dup3,-1,-1"]),
    ("epoll", &["epoll_create,1", "epoll_create1,0", "epoll_ctl,-1,1,0,0", "epoll_pwait,-1,0,1,0"]),
    ("epoll_wait", &["epoll_wait,-1,0,1,0", "epoll_pwait,-1,0,1,0", "epoll_pwait2,-1,0,1,0"]),
    ("eventfd", &["eventfd,0", "eventfd2,0,0"]),
    ("fork", &["fork", "clone,17,0,0,0,0"]),
    ("futex(WAIT, WAKE, CMP_REQUEUE)", &["futex,0,0,0,0", "futex,0,129,0,0", "futex,0,4,0,0"]),
    ("get_ids", &["getuid", "geteuid", "getresuid,0,0,0", "getgid", "getegid", "getresgid,0,0,0", "getgroups,0,0"]),
    ("get_pgids", &["getpgid,0", "getpgrp"]),
    ("get_pids", &["getpid", "getppid"]),
    ("get_rlimit", &["getrlimit,0,0", "prlimit64,0,0,0,0"]),
    ("getrandom", &["getrandom,0,0,0"]),
    ("inotify", &["inotify_init", "inotify_init1,0", "inotify_add_watch,-1,0,0", "inotify_rm_watch,-1,0", "close,-1"]),
    ("kill", &["kill,0,0", "tgkill,-1,-1,0", "tkill,-1,0"]),
    ("limited_madvise", &["madvise,0,0,2", "madvise,0,0,25"]),
    ("link", &["link,0,0", "linkat,-100,0,-100,0,0"]),
    (
        "llvm_coverage",
        &["lseek,-1,0,1", "ftruncate,-1,0", "fcntl,-1,7,0", "prctl,2,0,0,0,0", "mmap,0,4096,3,1,-1,0", "close,-1"],
    ),
    ("llvm_sanitizers", &["sched_yield", "mmap,0,4096,3,16418,-1,0", "mprotect,0,0,3", "madvise,0,0,16", "getpid"]),
    ("log_forwarding", &["close,-1", "sendmsg,-1,0,0", "getpid", "clock_gettime,0,0"]),
    ("madvise_populate", &["madvise,0,0,22", "madvise,0,0,23"]),
    ("mkdir", &["mkdir,0,0", "mkdirat,-100,0,0"]),
    ("mlock", &["mlock,0,0", "munlock,0,0", "mlock2,0,0,0"]),
    ("mmap", &["mmap,0,4096,7,34,-1,0", "mmap,0,4096,5,2,-1,0", "mmap,0,4096,1,34,-1,0"]),
    ("mmap_without_exec", &["mmap,0,4096,1,34,-1,0", "mmap,0,4096,0,1,-1,0"]),
    ("mprotect", &["mprotect,0,0,4", "mprotect,0,0,2"]),
    ("mprotect_without_exec", &["mprotect,0,0,2"]),
    (
        "network_proxy",
        &[
            "socket,2,1,0",
            "socket,10,1,0",
            "getsockopt,-1,1,3,0,0",
            "recvmsg,-1,0,0",
            "dup,-1",
            "fcntl,-1,3,0",
            "close,-1",
        ],
    ),
    ("network_proxy(UNIX)", &["socket,1,1,0", "socket,1,526337,0", "socket,1,2,0"]),
    ("network_proxy_handler", &["socket,2,1,0", "getsockopt,-1,1,3,0,0"]),
    ("open", &["open,0,0", "openat,-100,0,0", "creat,0,0"]),
    ("pipe", &["pipe,0", "pipe2,0,0"]),
    ("pkey_mprotect", &["pkey_mprotect,0,0,4,-1", "pkey_mprotect,0,0,2,-1"]),
    ("pkey_mprotect_without_exec", &["pkey_mprotect,0,0,2,-1"]),
    ("poll", &["poll,1,1,0", "ppoll,1,1,1"]),
    (
        "posix_timers",
        &[
            "timer_create,-1,0,0",
            "timer_delete,-1",
            "timer_settime,-1,0,0,0",
            "timer_gettime,-1,0",
            "timer_getoverrun,-1",
        ],
    ),
    ("prctl_set_name", &["prctl,15,1,0,0,0"]),
    ("prctl_set_vma", &["prctl,1398164801,0,0,0,0"]),
    ("readdir", &["getdents,-1,0,0", "getdents64,-1,0,0"]),
    ("readlink", &["readlink,0,0,1", "readlinkat,-100,0,0,1"]),
    ("rename", &["rename,0,0", "renameat,-100,0,-100,0", "renameat2,-100,0,-100,0,0"]),
    ("restartable_sequences", &["getcpu,0,0,0", "membarrier,0,0,0"]),
    ("safe_bpf", &["bpf,1,0,0", "bpf,15,0,0"]),
    ("safe_fcntl", &["fcntl,-1,1,0", "fcntl,-1,3,0", "fcntl,-1,1030,0"]),
    ("rust_after_start", &["fcntl,-1,1,0", "close,-1"]),
    ("rust_panic", &["getcwd,0,0", "getpid", "tgkill,-1,-1,6"]),
    ("rust_std", &["fcntl,-1,1,0", "clock_gettime,0,0", "getpid", "sched_yield", "clock_nanosleep,0,0,0,0"]),
    (
        "scudo_malloc",
        &["nanosleep,0,0", "getpid", "madvise,0,0,18", "mmap,0,4096,3,16434,-1,0", "mmap,0,4096,0,16418,-1,0"],
    ),
    ("select", &["select,-1,0,0,0,0", "pselect6,-1,0,0,0,0"]),
    ("set_rlimit", &["setrlimit,99,0", "prlimit64,0,99,1,0"]),
    ("shared_memory", &["fcntl,-1,1034,0", "mmap,0,4096,3,1,-1,0", "close,-1", "statx,-1,0,0,0,0", "statfs,0,0"]),
    ("shared_memory_comms", &["sched_yield", "mmap,0,4096,3,1,-1,0", "futex,0,0,0,0", "futex,0,1,0,0"]),
    ("sleep", &["nanosleep,0,0", "clock_nanosleep,0,0,0,0"]),
    ("slow_fences", &["sched_setaffinity,0,0,0"]),
    ("symlink", &["symlink,0,0", "symlinkat,0,-100,0"]),
    ("tcgets", &["ioctl,-1,21505,0"]),
    (
        "tcmalloc",
        &[
            "mincore,0,0,0",
            "membarrier,0,0,0",
            "nanosleep,0,0",
            "getpid",
            "mprotect,0,0,3",
            "madvise,0,0,25",
            "prctl,1398164801,0,0,0,0",
            "mmap,0,4096,0,1048610,-1,0",
        ],
    ),
    (
        "threads",
        &["sched_yield", "prctl,15,1,0,0,0", "mmap,0,4096,0,131106,-1,0", "mprotect,0,0,3", "membarrier,0,0,0"],
    ),
    (
        "tokio",
        &[
            "epoll_create1,0",
            "epoll_ctl,-1,1,0,0",
            "eventfd2,0,0",
            "fcntl,-1,1030,0",
            "socketpair,1,1,0,1",
            "clock_gettime,0,0",
        ],
    ),
    ("unlink", &["rmdir,0", "unlink,0", "unlinkat,-100,0,0"]),
    ("utime", &["utime,0,0", "utimes,0,0", "futimesat,-100,0,0", "utimensat,-1,0,0,0"]),
    ("wait", &["wait4,-1,0,0,0", "waitid,0,0,0,0,0"]),
    ("wipe_on_fork", &["madvise,0,0,18", "madvise,0,0,-1"]),
];

/// `name,…` with the number in place of the name; `None` if this architecture lacks the call.
fn by_number(call: &str) -> Option<String> {
    let (name, args) = call.split_once(',').unwrap_or((call, ""));
    let syscall = tables::syscall(name).unwrap_or_else(|| panic!("no call {name}"));
    let nr = syscall.number(Arch::native()?)?;
    Some(if args.is_empty() { nr.to_string() } else { format!("{nr},{args}") })
}

/// Lets the program make one call; what it printed comes back too.
fn attempt(program: &std::path::Path, call: &str, policy: &Policy) -> (Outcome, String) {
    let mut executor = Executor::new(program, ["call", call]);
    let mut output = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    let running = Sandbox2::new(executor, policy).run_async().unwrap_or_else(|error| panic!("{error:#}"));
    let mut text = String::new();
    output.read_to_string(&mut text).expect("the output is text");
    (running.await_result(), text)
}

#[test]
fn each_group_lets_through_what_it_is_for_and_nothing_else_does() {
    if !host::can_launch() {
        return;
    }
    let Some(program) = sandboxees::linked_statically("call") else { return };
    let without = Policy::parse(PROGRAM).unwrap_or_else(|errors| panic!("{errors}"));
    let mut wrong = Vec::new();
    for (group, calls) in FACTS {
        let with = Policy::parse(&format!("{PROGRAM} use {group};")).unwrap_or_else(|errors| panic!("{errors}"));
        for (call, numbered) in calls.iter().filter_map(|call| Some((call, by_number(call)?))) {
            let name = call.split(',').next().unwrap_or_default();
            let (outcome, text) = attempt(&program, &numbered, &with);
            if !outcome.is_ok() || text.is_empty() {
                wrong.push(format!("{group} does not let {call} through: {outcome:#}"));
            }
            let (outcome, text) = attempt(&program, &numbered, &without);
            let stopped = outcome.violation().is_some_and(|violation| violation.syscall.as_deref() == Some(name));
            if !stopped {
                wrong.push(format!("{group} is not needed for {call}: {outcome:#} {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A group that is new is not forgotten: it has a fact here or a program in `groups`.
#[test]
fn every_group_is_tested() {
    let elsewhere = [
        "static_startup",
        "dynamic_startup",
        "system_malloc",
        "exit",
        "time",
        "read",
        "write",
        "stat",
        "signals",
        "map_exec",
    ];
    for group in sandbox2_policy::groups::groups() {
        let here = FACTS.iter().any(|(name, calls)| name.split('(').next() == Some(group.name) && !calls.is_empty());
        assert!(here || elsewhere.contains(&group.name), "{} has no fact", group.name);
    }
}
