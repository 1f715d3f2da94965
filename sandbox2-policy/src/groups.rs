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

static GROUPS: [Group; 64] = [
    Group {
        name: "access",
        summary: "asking whether a file may be used",
        source: include_str!("groups/access.policy"),
    },
    Group { name: "alarm", summary: "timers that send SIGALRM", source: include_str!("groups/alarm.policy") },
    Group { name: "chmod", summary: "changing the permissions of files", source: include_str!("groups/chmod.policy") },
    Group { name: "chown", summary: "changing the owners of files", source: include_str!("groups/chown.policy") },
    Group { name: "dup", summary: "copying descriptors", source: include_str!("groups/dup.policy") },
    Group {
        name: "dynamic_startup",
        summary: "from execve to main, for a dynamically linked program",
        source: include_str!("groups/dynamic_startup.policy"),
    },
    Group {
        name: "epoll",
        summary: "making epoll descriptors and waiting at them",
        source: include_str!("groups/epoll.policy"),
    },
    Group {
        name: "epoll_wait",
        summary: "waiting at an epoll descriptor that is there",
        source: include_str!("groups/epoll_wait.policy"),
    },
    Group { name: "eventfd", summary: "making descriptors for events", source: include_str!("groups/eventfd.policy") },
    Group { name: "exit", summary: "ending the program or a thread of it", source: include_str!("groups/exit.policy") },
    Group { name: "fork", summary: "new processes and threads", source: include_str!("groups/fork.policy") },
    Group { name: "get_ids", summary: "asking for users and groups", source: include_str!("groups/get_ids.policy") },
    Group { name: "get_pgids", summary: "asking for process groups", source: include_str!("groups/get_pgids.policy") },
    Group {
        name: "get_pids",
        summary: "asking for the own process, thread and parent",
        source: include_str!("groups/get_pids.policy"),
    },
    Group {
        name: "get_rlimit",
        summary: "reading the limits of the own process",
        source: include_str!("groups/get_rlimit.policy"),
    },
    Group { name: "getrandom", summary: "random numbers", source: include_str!("groups/getrandom.policy") },
    Group { name: "inotify", summary: "watching files for changes", source: include_str!("groups/inotify.policy") },
    Group {
        name: "kill",
        summary: "sending signals to whatever the sandboxee sees: its own processes, in a sandbox of its own",
        source: include_str!("groups/kill.policy"),
    },
    Group {
        name: "limited_madvise",
        summary: "advice about memory that changes no contents but the own",
        source: include_str!("groups/limited_madvise.policy"),
    },
    Group { name: "link", summary: "making hard links", source: include_str!("groups/link.policy") },
    Group {
        name: "log_forwarding",
        summary: "sending log lines to the host",
        source: include_str!("groups/log_forwarding.policy"),
    },
    Group {
        name: "madvise_populate",
        summary: "faulting memory in ahead of its use",
        source: include_str!("groups/madvise_populate.policy"),
    },
    Group {
        name: "map_exec",
        summary: "executable memory of the program's own making",
        source: include_str!("groups/map_exec.policy"),
    },
    Group { name: "mkdir", summary: "making directories", source: include_str!("groups/mkdir.policy") },
    Group {
        name: "mlock",
        summary: "keeping memory from being swapped out",
        source: include_str!("groups/mlock.policy"),
    },
    Group { name: "mmap", summary: "mmap, also for executable memory", source: include_str!("groups/mmap.policy") },
    Group {
        name: "mmap_without_exec",
        summary: "mmap without executable memory",
        source: include_str!("groups/mmap_without_exec.policy"),
    },
    Group {
        name: "mprotect",
        summary: "mprotect, also for executable memory",
        source: include_str!("groups/mprotect.policy"),
    },
    Group {
        name: "mprotect_without_exec",
        summary: "mprotect without executable memory",
        source: include_str!("groups/mprotect_without_exec.policy"),
    },
    Group {
        name: "open",
        summary: "opening files, for whatever purpose; what there is to open is the sandbox's to say",
        source: include_str!("groups/open.policy"),
    },
    Group { name: "pipe", summary: "making pipes", source: include_str!("groups/pipe.policy") },
    Group {
        name: "pkey_mprotect",
        summary: "pkey_mprotect, also for executable memory",
        source: include_str!("groups/pkey_mprotect.policy"),
    },
    Group {
        name: "pkey_mprotect_without_exec",
        summary: "pkey_mprotect without executable memory",
        source: include_str!("groups/pkey_mprotect_without_exec.policy"),
    },
    Group { name: "poll", summary: "waiting for descriptors with poll", source: include_str!("groups/poll.policy") },
    Group {
        name: "posix_timers",
        summary: "timers of timer_create",
        source: include_str!("groups/posix_timers.policy"),
    },
    Group {
        name: "prctl_set_name",
        summary: "naming the own thread",
        source: include_str!("groups/prctl_set_name.policy"),
    },
    Group { name: "prctl_set_vma", summary: "naming memory", source: include_str!("groups/prctl_set_vma.policy") },
    Group { name: "read", summary: "reading from open descriptors", source: include_str!("groups/read.policy") },
    Group { name: "readdir", summary: "listing open directories", source: include_str!("groups/readdir.policy") },
    Group { name: "readlink", summary: "reading symbolic links", source: include_str!("groups/readlink.policy") },
    Group { name: "rename", summary: "renaming files", source: include_str!("groups/rename.policy") },
    Group {
        name: "restartable_sequences",
        summary: "restartable sequences of tcmalloc and others",
        source: include_str!("groups/restartable_sequences.policy"),
    },
    Group {
        name: "safe_bpf",
        summary: "reading BPF maps that are there",
        source: include_str!("groups/safe_bpf.policy"),
    },
    Group {
        name: "safe_fcntl",
        summary: "flags and locks of descriptors, and copies of them",
        source: include_str!("groups/safe_fcntl.policy"),
    },
    Group { name: "scudo_malloc", summary: "the allocator Scudo", source: include_str!("groups/scudo_malloc.policy") },
    Group {
        name: "select",
        summary: "waiting for descriptors with select",
        source: include_str!("groups/select.policy"),
    },
    Group {
        name: "set_rlimit",
        summary: "setting the limits of the own process",
        source: include_str!("groups/set_rlimit.policy"),
    },
    Group {
        name: "shared_memory",
        summary: "memory shared by a descriptor that was handed over",
        source: include_str!("groups/shared_memory.policy"),
    },
    Group {
        name: "shared_memory_comms",
        summary: "talking to the host through shared memory",
        source: include_str!("groups/shared_memory_comms.policy"),
    },
    Group {
        name: "signals",
        summary: "handling signals, but not sending them",
        source: include_str!("groups/signals.policy"),
    },
    Group { name: "sleep", summary: "sleeping", source: include_str!("groups/sleep.policy") },
    Group {
        name: "slow_fences",
        summary: "fences by moving from processor to processor",
        source: include_str!("groups/slow_fences.policy"),
    },
    Group { name: "stat", summary: "asking about files and file systems", source: include_str!("groups/stat.policy") },
    Group {
        name: "static_startup",
        summary: "from execve to main, for a statically linked program",
        source: include_str!("groups/static_startup.policy"),
    },
    Group { name: "symlink", summary: "making symbolic links", source: include_str!("groups/symlink.policy") },
    Group {
        name: "system_malloc",
        summary: "the C library's allocator",
        source: include_str!("groups/system_malloc.policy"),
    },
    Group {
        name: "tcgets",
        summary: "asking for the mode of a terminal",
        source: include_str!("groups/tcgets.policy"),
    },
    Group { name: "tcmalloc", summary: "the allocator tcmalloc", source: include_str!("groups/tcmalloc.policy") },
    Group { name: "time", summary: "reading the clocks", source: include_str!("groups/time.policy") },
    Group {
        name: "unlink",
        summary: "removing files and empty directories",
        source: include_str!("groups/unlink.policy"),
    },
    Group { name: "utime", summary: "changing the times of files", source: include_str!("groups/utime.policy") },
    Group { name: "wait", summary: "waiting for children", source: include_str!("groups/wait.policy") },
    Group {
        name: "wipe_on_fork",
        summary: "memory that children do not inherit",
        source: include_str!("groups/wipe_on_fork.policy"),
    },
    Group { name: "write", summary: "writing to open descriptors", source: include_str!("groups/write.policy") },
];
