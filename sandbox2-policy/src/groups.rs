//! Groups: named sets of rules for what real programs need, written in the policy language itself.
//!
//! Each is a file `groups/NAME.policy`; the comment that it begins with says what it is for and how it differs from its
//! namesake in the C++ Sandbox2. This module owns the list of them. It does not read them: that is the parser's, which
//! checks them like any other source.

/// A group that a policy can `use`.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its name in `use NAME;`.
    pub name: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// Its rules, as statements of the policy language. A statement that begins with `fallback` holds only for calls
    /// that nothing else in the policy names.
    pub source: &'static str,
    /// The words that can stand in parentheses after its name, each with the rules that it adds; a group without rules of its
    /// own needs one.
    pub words: &'static [(&'static str, &'static str)],
}

impl Group {
    /// How to use all of it: `futex(WAIT, WAKE)`.
    #[must_use]
    pub fn whole(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.0).collect();
        if words.is_empty() { self.name.to_owned() } else { format!("{}({})", self.name, words.join(", ")) }
    }

    /// Whether it says nothing without a word.
    #[must_use]
    pub fn needs_word(&self) -> bool {
        !self.words.is_empty() && self.source.lines().all(|line| line.is_empty() || line.starts_with("//"))
    }

    /// All its rules, whatever the words.
    #[must_use]
    pub fn rules(&self) -> String {
        let words: String = self.words.iter().map(|word| word.1).collect();
        format!("{}{words}", self.source)
    }
}

/// The group of that name.
#[must_use]
pub fn group(name: &str) -> Option<&'static Group> {
    groups().iter().find(|group| group.name == name)
}

/// All groups, by name.
#[must_use]
pub fn groups() -> &'static [Group] {
    &GROUPS
}

/// What a client of the network proxy can be allowed besides.
static UNIX_SOCKETS: [(&str, &str); 1] = [(
    "UNIX",
    "ALLOW socket if family == AF_UNIX && type & 0xfff7f7ff == SOCK_STREAM;\n\
     ERRNO(EACCES) socket if family == AF_UNIX && type & 0xfff7f7ff != SOCK_STREAM;\n",
)];

/// The operations of `futex`.
static FUTEX: [(&str, &str); 13] = [
    ("WAIT", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_WAIT;\n"),
    ("WAKE", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_WAKE;\n"),
    ("REQUEUE", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_REQUEUE;\n"),
    ("CMP_REQUEUE", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_CMP_REQUEUE;\n"),
    ("WAKE_OP", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_WAKE_OP;\n"),
    ("LOCK_PI", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_LOCK_PI;\n"),
    ("UNLOCK_PI", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_UNLOCK_PI;\n"),
    ("TRYLOCK_PI", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_TRYLOCK_PI;\n"),
    ("WAIT_BITSET", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_WAIT_BITSET;\n"),
    ("WAKE_BITSET", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_WAKE_BITSET;\n"),
    ("WAIT_REQUEUE_PI", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_WAIT_REQUEUE_PI;\n"),
    ("CMP_REQUEUE_PI", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_CMP_REQUEUE_PI;\n"),
    ("LOCK_PI2", "ALLOW futex if op & FUTEX_CMD_MASK == FUTEX_LOCK_PI2;\n"),
];

static GROUPS: [Group; 75] = [
    Group {
        name: "access",
        summary: "asking whether a file may be used",
        source: include_str!("groups/access.policy"),
        words: &[],
    },
    Group {
        name: "alarm",
        summary: "timers that send SIGALRM",
        source: include_str!("groups/alarm.policy"),
        words: &[],
    },
    Group {
        name: "chmod",
        summary: "changing the permissions of files",
        source: include_str!("groups/chmod.policy"),
        words: &[],
    },
    Group {
        name: "chown",
        summary: "changing the owners of files",
        source: include_str!("groups/chown.policy"),
        words: &[],
    },
    Group {
        name: "comms",
        summary: "talking to the host over descriptors that it has mapped",
        source: include_str!("groups/comms.policy"),
        words: &[],
    },
    Group { name: "dup", summary: "copying descriptors", source: include_str!("groups/dup.policy"), words: &[] },
    Group {
        name: "dynamic_startup",
        summary: "from execve to main, for a dynamically linked program",
        source: include_str!("groups/dynamic_startup.policy"),
        words: &[],
    },
    Group {
        name: "epoll",
        summary: "making epoll descriptors and waiting at them",
        source: include_str!("groups/epoll.policy"),
        words: &[],
    },
    Group {
        name: "epoll_wait",
        summary: "waiting at an epoll descriptor that is there",
        source: include_str!("groups/epoll_wait.policy"),
        words: &[],
    },
    Group {
        name: "eventfd",
        summary: "making descriptors for events",
        source: include_str!("groups/eventfd.policy"),
        words: &[],
    },
    Group {
        name: "exit",
        summary: "ending the program or a thread of it",
        source: include_str!("groups/exit.policy"),
        words: &[],
    },
    Group {
        name: "fork",
        summary: "new processes and threads",
        source: include_str!("groups/fork.policy"),
        words: &[],
    },
    Group {
        name: "futex",
        summary: "waiting at a word of memory",
        source: include_str!("groups/futex.policy"),
        words: &FUTEX,
    },
    Group {
        name: "get_ids",
        summary: "asking for users and groups",
        source: include_str!("groups/get_ids.policy"),
        words: &[],
    },
    Group {
        name: "get_pgids",
        summary: "asking for process groups",
        source: include_str!("groups/get_pgids.policy"),
        words: &[],
    },
    Group {
        name: "get_pids",
        summary: "asking for the own process, thread and parent",
        source: include_str!("groups/get_pids.policy"),
        words: &[],
    },
    Group {
        name: "get_rlimit",
        summary: "reading the limits of the own process",
        source: include_str!("groups/get_rlimit.policy"),
        words: &[],
    },
    Group { name: "getrandom", summary: "random numbers", source: include_str!("groups/getrandom.policy"), words: &[] },
    Group {
        name: "inotify",
        summary: "watching files for changes",
        source: include_str!("groups/inotify.policy"),
        words: &[],
    },
    Group {
        name: "kill",
        summary: "sending signals to whatever the sandboxee sees: its own processes, in a sandbox of its own",
        source: include_str!("groups/kill.policy"),
        words: &[],
    },
    Group {
        name: "limited_madvise",
        summary: "advice about memory that changes no contents but the own",
        source: include_str!("groups/limited_madvise.policy"),
        words: &[],
    },
    Group { name: "link", summary: "making hard links", source: include_str!("groups/link.policy"), words: &[] },
    Group {
        name: "llvm_coverage",
        summary: "writing a coverage profile at the end",
        source: include_str!("groups/llvm_coverage.policy"),
        words: &[],
    },
    Group {
        name: "llvm_sanitizers",
        summary: "the run time of the sanitizers",
        source: include_str!("groups/llvm_sanitizers.policy"),
        words: &[],
    },
    Group {
        name: "log_forwarding",
        summary: "sending log lines to the host",
        source: include_str!("groups/log_forwarding.policy"),
        words: &[],
    },
    Group {
        name: "madvise_populate",
        summary: "faulting memory in ahead of its use",
        source: include_str!("groups/madvise_populate.policy"),
        words: &[],
    },
    Group {
        name: "map_exec",
        summary: "executable memory of the program's own making",
        source: include_str!("groups/map_exec.policy"),
        words: &[],
    },
    Group { name: "mkdir", summary: "making directories", source: include_str!("groups/mkdir.policy"), words: &[] },
    Group {
        name: "mlock",
        summary: "keeping memory from being swapped out",
        source: include_str!("groups/mlock.policy"),
        words: &[],
    },
    Group {
        name: "mmap",
        summary: "mmap, also for executable memory",
        source: include_str!("groups/mmap.policy"),
        words: &[],
    },
    Group {
        name: "mmap_without_exec",
        summary: "mmap without executable memory",
        source: include_str!("groups/mmap_without_exec.policy"),
        words: &[],
    },
    Group {
        name: "mprotect",
        summary: "mprotect, also for executable memory",
        source: include_str!("groups/mprotect.policy"),
        words: &[],
    },
    Group {
        name: "mprotect_without_exec",
        summary: "mprotect without executable memory",
        source: include_str!("groups/mprotect_without_exec.policy"),
        words: &[],
    },
    Group {
        name: "network_proxy",
        summary: "a client of the network proxy",
        source: include_str!("groups/network_proxy.policy"),
        words: &UNIX_SOCKETS,
    },
    Group {
        name: "network_proxy_handler",
        summary: "a program whose connections the network proxy makes",
        source: include_str!("groups/network_proxy_handler.policy"),
        words: &UNIX_SOCKETS,
    },
    Group {
        name: "open",
        summary: "opening files, for whatever purpose; what there is to open is the sandbox's to say",
        source: include_str!("groups/open.policy"),
        words: &[],
    },
    Group { name: "pipe", summary: "making pipes", source: include_str!("groups/pipe.policy"), words: &[] },
    Group {
        name: "pkey_mprotect",
        summary: "pkey_mprotect, also for executable memory",
        source: include_str!("groups/pkey_mprotect.policy"),
        words: &[],
    },
    Group {
        name: "pkey_mprotect_without_exec",
        summary: "pkey_mprotect without executable memory",
        source: include_str!("groups/pkey_mprotect_without_exec.policy"),
        words: &[],
    },
    Group {
        name: "poll",
        summary: "waiting for descriptors with poll",
        source: include_str!("groups/poll.policy"),
        words: &[],
    },
    Group {
        name: "posix_timers",
        summary: "timers of timer_create",
        source: include_str!("groups/posix_timers.policy"),
        words: &[],
    },
    Group {
        name: "prctl_set_name",
        summary: "naming the own thread",
        source: include_str!("groups/prctl_set_name.policy"),
        words: &[],
    },
    Group {
        name: "prctl_set_vma",
        summary: "naming memory",
        source: include_str!("groups/prctl_set_vma.policy"),
        words: &[],
    },
    Group {
        name: "read",
        summary: "reading from open descriptors",
        source: include_str!("groups/read.policy"),
        words: &[],
    },
    Group {
        name: "readdir",
        summary: "listing open directories",
        source: include_str!("groups/readdir.policy"),
        words: &[],
    },
    Group {
        name: "readlink",
        summary: "reading symbolic links",
        source: include_str!("groups/readlink.policy"),
        words: &[],
    },
    Group { name: "rename", summary: "renaming files", source: include_str!("groups/rename.policy"), words: &[] },
    Group {
        name: "restartable_sequences",
        summary: "restartable sequences of tcmalloc and others",
        source: include_str!("groups/restartable_sequences.policy"),
        words: &[],
    },
    Group {
        name: "rust_after_start",
        summary: "what a Rust program makes on its own once it has started",
        source: include_str!("groups/rust_after_start.policy"),
        words: &[],
    },
    Group {
        name: "rust_panic",
        summary: "panics of Rust programs",
        source: include_str!("groups/rust_panic.policy"),
        words: &[],
    },
    Group {
        name: "rust_std",
        summary: "a Rust program with its standard library",
        source: include_str!("groups/rust_std.policy"),
        words: &[],
    },
    Group {
        name: "safe_bpf",
        summary: "reading BPF maps that are there",
        source: include_str!("groups/safe_bpf.policy"),
        words: &[],
    },
    Group {
        name: "safe_fcntl",
        summary: "flags and locks of descriptors, and copies of them",
        source: include_str!("groups/safe_fcntl.policy"),
        words: &[],
    },
    Group {
        name: "scudo_malloc",
        summary: "the allocator Scudo",
        source: include_str!("groups/scudo_malloc.policy"),
        words: &[],
    },
    Group {
        name: "select",
        summary: "waiting for descriptors with select",
        source: include_str!("groups/select.policy"),
        words: &[],
    },
    Group {
        name: "set_rlimit",
        summary: "setting the limits of the own process",
        source: include_str!("groups/set_rlimit.policy"),
        words: &[],
    },
    Group {
        name: "shared_memory",
        summary: "memory shared by a descriptor that was handed over",
        source: include_str!("groups/shared_memory.policy"),
        words: &[],
    },
    Group {
        name: "shared_memory_comms",
        summary: "talking to the host through shared memory",
        source: include_str!("groups/shared_memory_comms.policy"),
        words: &[],
    },
    Group {
        name: "signals",
        summary: "handling signals, but not sending them",
        source: include_str!("groups/signals.policy"),
        words: &[],
    },
    Group { name: "sleep", summary: "sleeping", source: include_str!("groups/sleep.policy"), words: &[] },
    Group {
        name: "slow_fences",
        summary: "fences by moving from processor to processor",
        source: include_str!("groups/slow_fences.policy"),
        words: &[],
    },
    Group {
        name: "stat",
        summary: "asking about files and file systems",
        source: include_str!("groups/stat.policy"),
        words: &[],
    },
    Group {
        name: "static_startup",
        summary: "from execve to main, for a statically linked program",
        source: include_str!("groups/static_startup.policy"),
        words: &[],
    },
    Group {
        name: "symlink",
        summary: "making symbolic links",
        source: include_str!("groups/symlink.policy"),
        words: &[],
    },
    Group {
        name: "system_malloc",
        summary: "the C library's allocator",
        source: include_str!("groups/system_malloc.policy"),
        words: &[],
    },
    Group {
        name: "tcgets",
        summary: "asking for the mode of a terminal",
        source: include_str!("groups/tcgets.policy"),
        words: &[],
    },
    Group {
        name: "tcmalloc",
        summary: "the allocator tcmalloc",
        source: include_str!("groups/tcmalloc.policy"),
        words: &[],
    },
    Group {
        name: "threads",
        summary: "threads of the own process",
        source: include_str!("groups/threads.policy"),
        words: &[],
    },
    Group { name: "time", summary: "reading the clocks", source: include_str!("groups/time.policy"), words: &[] },
    Group { name: "tokio", summary: "the runtime of tokio", source: include_str!("groups/tokio.policy"), words: &[] },
    Group {
        name: "unlink",
        summary: "removing files and empty directories",
        source: include_str!("groups/unlink.policy"),
        words: &[],
    },
    Group {
        name: "utime",
        summary: "changing the times of files",
        source: include_str!("groups/utime.policy"),
        words: &[],
    },
    Group { name: "wait", summary: "waiting for children", source: include_str!("groups/wait.policy"), words: &[] },
    Group {
        name: "wipe_on_fork",
        summary: "memory that children do not inherit",
        source: include_str!("groups/wipe_on_fork.policy"),
        words: &[],
    },
    Group {
        name: "write",
        summary: "writing to open descriptors",
        source: include_str!("groups/write.policy"),
        words: &[],
    },
];
