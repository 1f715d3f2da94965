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

static GROUPS: [Group; 10] = [
    Group {
        name: "dynamic_startup",
        summary: "from execve to main, for a dynamically linked program",
        source: include_str!("groups/dynamic_startup.policy"),
    },
    Group { name: "exit", summary: "ending the program or a thread of it", source: include_str!("groups/exit.policy") },
    Group {
        name: "map_exec",
        summary: "executable memory of the program's own making",
        source: include_str!("groups/map_exec.policy"),
    },
    Group { name: "read", summary: "reading from open descriptors", source: include_str!("groups/read.policy") },
    Group {
        name: "signals",
        summary: "handling signals, but not sending them",
        source: include_str!("groups/signals.policy"),
    },
    Group { name: "stat", summary: "asking about files and file systems", source: include_str!("groups/stat.policy") },
    Group {
        name: "static_startup",
        summary: "from execve to main, for a statically linked program",
        source: include_str!("groups/static_startup.policy"),
    },
    Group {
        name: "system_malloc",
        summary: "the C library's allocator",
        source: include_str!("groups/system_malloc.policy"),
    },
    Group { name: "time", summary: "reading the clocks", source: include_str!("groups/time.policy") },
    Group { name: "write", summary: "writing to open descriptors", source: include_str!("groups/write.policy") },
];
