//! Policies built by calls.

use std::fmt::Write as _;

use super::Policy;
use super::text::{PolicyError, PolicyErrors};

/// Builds a policy at run time, statement by statement: the same language, checks, compiler and validator as
/// [`policy!`](crate::policy), with the same mistakes.
///
/// Each method adds one statement; nothing is looked at before [`build`](Self::build), which reports every mistake at once, a
/// line for each statement. The order of rules does not matter: rules about one call that contradict each other are a mistake.
///
/// Who comes from the C++ Sandbox2 finds its methods under their names: `AllowSyscall` is [`allow_syscall`](Self::allow_syscall),
/// `AllowStaticStartup` is [`allow_static_startup`](Self::allow_static_startup) and so on; each helper of there is a group, and
/// [`use_group`](Self::use_group) takes any of them by name.
///
/// ```
/// let policy = sandbox2::PolicyBuilder::new()
///     .allow_static_startup()
///     .allow_system_malloc()
///     .allow_exit()
///     .allow_syscall("getpid")
///     .block_syscall_with_errno("openat", "ENOENT")
///     .statement("ALLOW write if fd == 1 || fd == 2;")
///     .add_file("/etc/localtime")
///     .build()?;
/// # Ok::<(), sandbox2::PolicyErrors>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PolicyBuilder {
    text: String,
    /// Words that are none: line, word.
    strange: Vec<(usize, String)>,
    lines: usize,
}

impl PolicyBuilder {
    /// A builder without statements: everything is denied.
    #[must_use]
    pub fn new() -> PolicyBuilder {
        PolicyBuilder::default()
    }

    /// Adds statements of the policy language.
    #[must_use]
    pub fn statement(mut self, text: &str) -> PolicyBuilder {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines += text.split('\n').count();
        self
    }

    /// Allows the call, whatever its arguments.
    #[must_use]
    pub fn allow_syscall(self, name: &str) -> PolicyBuilder {
        self.words(&[name]).statement(&format!("ALLOW {name};"))
    }

    /// Allows the calls, whatever their arguments.
    #[must_use]
    pub fn allow_syscalls<'n>(self, names: impl IntoIterator<Item = &'n str>) -> PolicyBuilder {
        names.into_iter().fold(self, PolicyBuilder::allow_syscall)
    }

    /// Makes the call fail with that error: a name (`EPERM`) or a number.
    #[must_use]
    pub fn block_syscall_with_errno(self, name: &str, errno: &str) -> PolicyBuilder {
        self.words(&[name, errno]).statement(&format!("ERRNO({errno}) {name};"))
    }

    /// Makes the calls fail with that error.
    #[must_use]
    pub fn block_syscalls_with_errno<'n>(self, names: impl IntoIterator<Item = &'n str>, errno: &str) -> PolicyBuilder {
        names.into_iter().fold(self, |builder, name| builder.block_syscall_with_errno(name, errno))
    }

    /// Decides about the call by instructions in the notation of `bpf_helper`: `ARG_32(0); JEQ32(1, ALLOW); KILL;`.
    #[must_use]
    pub fn add_policy_on_syscall(self, name: &str, instructions: &str) -> PolicyBuilder {
        self.words(&[name]).statement(&format!("bpf {name} {{ {instructions} }}"))
    }

    /// As [`add_policy_on_syscall`](Self::add_policy_on_syscall), for each of the calls.
    #[must_use]
    pub fn add_policy_on_syscalls<'n>(
        self,
        names: impl IntoIterator<Item = &'n str>,
        instructions: &str,
    ) -> PolicyBuilder {
        names.into_iter().fold(self, |builder, name| builder.add_policy_on_syscall(name, instructions))
    }

    /// Decides about `mmap` by instructions.
    #[must_use]
    pub fn add_policy_on_mmap(self, instructions: &str) -> PolicyBuilder {
        self.add_policy_on_syscall("mmap", instructions)
    }

    /// Uses a group: `use_group("time")`.
    #[must_use]
    pub fn use_group(self, name: &str) -> PolicyBuilder {
        self.words(&[name]).statement(&format!("use {name};"))
    }

    /// Allows that operation of `futex`, by its name without `FUTEX_` (`WAIT`): the group `futex`. Call it once for all that
    /// are needed.
    #[must_use]
    pub fn allow_futex_ops(self, ops: &[&str]) -> PolicyBuilder {
        self.words(ops).statement(&format!("use futex({});", ops.join(", ")))
    }

    /// What a client of the network proxy does: the group `network_proxy`. With `unix` it may make stream sockets of `AF_UNIX`, too, and
    /// others of `AF_UNIX` fail with EACCES.
    #[must_use]
    pub fn add_network_proxy_policy(self, unix: bool) -> PolicyBuilder {
        self.statement(if unix { "use network_proxy(UNIX);" } else { "use network_proxy;" })
    }

    /// The same for a program whose `connect` is to be answered by the handler of SIGSYS: the group `network_proxy_handler`.
    #[must_use]
    pub fn add_network_proxy_handler_policy(self, unix: bool) -> PolicyBuilder {
        self.statement(if unix { "use network_proxy_handler(UNIX);" } else { "use network_proxy_handler;" })
    }

    /// What decides where no rule does: an action as in the language, `ERRNO(EPERM)`.
    #[must_use]
    pub fn default_action(self, action: &str) -> PolicyBuilder {
        let bare = action.replace(['(', ')'], "");
        self.words(&[&bare]).statement(&format!("default {action};"))
    }

    /// Lets everything through that no rule names, but what can undo the sandbox.
    #[must_use]
    pub fn danger_default_allow_all(self) -> PolicyBuilder {
        self.statement("danger { default ALLOW; }")
    }

    /// Shows a file of the host's, read-only, at the same path.
    #[must_use]
    pub fn add_file(self, path: &str) -> PolicyBuilder {
        self.statement(&format!("file {};", quoted(path)))
    }

    /// Shows a file of the host's at another path; `writable` if the sandboxee may write to it.
    #[must_use]
    pub fn add_file_at(self, outside: &str, inside: &str, writable: bool) -> PolicyBuilder {
        self.statement(&format!("file {}{} as {};", rw(writable), quoted(outside), quoted(inside)))
    }

    /// Shows a directory of the host's with everything below it, read-only, at the same path.
    #[must_use]
    pub fn add_directory(self, path: &str) -> PolicyBuilder {
        self.statement(&format!("dir {};", quoted(path)))
    }

    /// Shows a directory of the host's at another path; `writable` if the sandboxee may write below it.
    #[must_use]
    pub fn add_directory_at(self, outside: &str, inside: &str, writable: bool) -> PolicyBuilder {
        self.statement(&format!("dir {}{} as {};", rw(writable), quoted(outside), quoted(inside)))
    }

    /// An empty directory in memory that holds at most `size` bytes.
    #[must_use]
    pub fn add_tmpfs(self, inside: &str, size: u64) -> PolicyBuilder {
        self.statement(&format!("tmpfs {} size {size};", quoted(inside)))
    }

    /// The loader and the shared libraries of a program.
    #[must_use]
    pub fn add_libraries_for_binary(self, path: &str) -> PolicyBuilder {
        self.statement(&format!("libraries {};", quoted(path)))
    }

    /// The sandboxee's host name; `sandbox2` if it is not set.
    #[must_use]
    pub fn set_hostname(self, name: &str) -> PolicyBuilder {
        self.statement(&format!("hostname {};", quoted(name)))
    }

    /// Shares the host's network.
    #[must_use]
    pub fn allow_unrestricted_networking(self) -> PolicyBuilder {
        self.statement("network host;")
    }

    /// The statements so far, in the policy language.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Checks, compiles and validates the policy.
    ///
    /// # Errors
    /// Every mistake, each at the line of its statement in [`text`](Self::text).
    pub fn build(&self) -> Result<Policy, PolicyErrors> {
        if self.strange.is_empty() {
            return Policy::parse_named("PolicyBuilder", &self.text);
        }
        let errors = self.strange.iter().map(|(line, word)| PolicyError {
            line: *line,
            column: 1,
            kind: "syntax",
            message: format!("{word:?} is no single name or number"),
            hint: Some("name one call, error or group at a time".to_owned()),
            notes: Vec::new(),
            excerpt: None,
        });
        Err(PolicyErrors { file: "PolicyBuilder".to_owned(), errors: errors.collect() })
    }

    /// What is to become one word of a statement must not be more: it may come from elsewhere.
    fn words(mut self, words: &[&str]) -> PolicyBuilder {
        let is_word = |word: &str| {
            let bare = word.strip_suffix('?').unwrap_or(word);
            !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        for word in words.iter().filter(|word| !is_word(word)) {
            self.strange.push((self.lines + 1, (*word).to_owned()));
        }
        self
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn rw(writable: bool) -> &'static str {
    if writable { "rw " } else { "" }
}

macro_rules! helpers {
    ($($name:ident: $group:literal, $what:literal;)*) => {
        /// The helpers of the C++ Sandbox2: each is a group.
        impl PolicyBuilder {
            $(
                #[doc = concat!("Allows ", $what, ": the group `", $group, "`.")]
                #[must_use]
                pub fn $name(self) -> PolicyBuilder {
                    self.use_group($group)
                }
            )*
        }

        #[cfg(test)]
        const HELPERS: &[&str] = &[$($group),*];
    };
}

helpers! {
    allow_static_startup: "static_startup", "what a statically linked program does before `main`";
    allow_dynamic_startup: "dynamic_startup", "what a dynamically linked program does before `main`";
    allow_system_malloc: "system_malloc", "the C library's allocator";
    allow_exit: "exit", "ending the program or a thread of it";
    allow_time: "time", "reading the clocks";
    allow_read: "read", "reading from open descriptors";
    allow_write: "write", "writing to open descriptors";
    allow_stat: "stat", "asking about files and file systems";
    allow_handle_signals: "signals", "handling signals";
    allow_map_exec: "map_exec", "executable memory of the program's own making";
    allow_epoll_wait: "epoll_wait", "waiting at an epoll descriptor";
    allow_epoll: "epoll", "epoll";
    allow_inotify: "inotify", "watching files for changes";
    allow_select: "select", "select";
    allow_poll: "poll", "poll";
    allow_open: "open", "opening files";
    allow_access: "access", "asking whether a file may be used";
    allow_dup: "dup", "copying descriptors";
    allow_pipe: "pipe", "making pipes";
    allow_chmod: "chmod", "changing the permissions of files";
    allow_chown: "chown", "changing the owners of files";
    allow_readdir: "readdir", "listing directories";
    allow_readlink: "readlink", "reading symbolic links";
    allow_link: "link", "making hard links";
    allow_symlink: "symlink", "making symbolic links";
    allow_mkdir: "mkdir", "making directories";
    allow_unlink: "unlink", "removing files";
    allow_rename: "rename", "renaming files";
    allow_utime: "utime", "changing the times of files";
    allow_mlock: "mlock", "keeping memory from being swapped out";
    allow_wait: "wait", "waiting for children";
    allow_alarm: "alarm", "timers that send SIGALRM";
    allow_posix_timers: "posix_timers", "timers of `timer_create`";
    allow_kill: "kill", "sending signals";
    allow_sleep: "sleep", "sleeping";
    allow_fork: "fork", "new processes and threads";
    allow_getrandom: "getrandom", "random numbers";
    allow_eventfd: "eventfd", "descriptors for events";
    allow_get_ids: "get_ids", "asking for users and groups";
    allow_get_pids: "get_pids", "asking for process, thread and parent";
    allow_get_pgids: "get_pgids", "asking for process groups";
    allow_get_rlimit: "get_rlimit", "reading the own limits";
    allow_set_rlimit: "set_rlimit", "setting the own limits";
    allow_safe_fcntl: "safe_fcntl", "flags and locks of descriptors";
    allow_safe_bpf: "safe_bpf", "reading BPF maps";
    allow_tcgets: "tcgets", "asking for the mode of a terminal";
    allow_prctl_set_name: "prctl_set_name", "naming the own thread";
    allow_prctl_set_vma: "prctl_set_vma", "naming memory";
    allow_wipe_on_fork: "wipe_on_fork", "memory that children do not inherit";
    allow_limited_madvise: "limited_madvise", "advice about memory";
    allow_madvise_populate: "madvise_populate", "faulting memory in";
    allow_mmap: "mmap", "`mmap`, also of executable memory";
    allow_mmap_without_exec: "mmap_without_exec", "`mmap` without executable memory";
    allow_mprotect: "mprotect", "`mprotect`, also to executable memory";
    allow_mprotect_without_exec: "mprotect_without_exec", "`mprotect` without executable memory";
    allow_pkey_mprotect: "pkey_mprotect", "`pkey_mprotect`, also to executable memory";
    allow_pkey_mprotect_without_exec: "pkey_mprotect_without_exec", "`pkey_mprotect` without executable memory";
    allow_restartable_sequences: "restartable_sequences", "restartable sequences";
    allow_slow_fences: "slow_fences", "fences by moving between processors";
    allow_tcmalloc: "tcmalloc", "the allocator tcmalloc";
    allow_scudo_malloc: "scudo_malloc", "the allocator Scudo";
    allow_shared_memory: "shared_memory", "shared memory";
    allow_shared_memory_comms: "shared_memory_comms", "talking through shared memory";
    allow_comms: "comms", "talking to the host over descriptors that it has mapped";
    allow_log_forwarding: "log_forwarding", "sending log lines to the host";
    allow_llvm_sanitizers: "llvm_sanitizers", "the run time of the sanitizers";
    allow_llvm_coverage: "llvm_coverage", "writing a coverage profile";
    allow_rust_after_start: "rust_after_start", "what a Rust program makes on its own once it has started";
    allow_rust_std: "rust_std", "what every Rust program with the standard library does";
    allow_rust_panic: "rust_panic", "panics of Rust programs";
    allow_threads: "threads", "threads of the own process";
    allow_tokio: "tokio", "the runtime of tokio";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_what_the_text_says() {
        let built = PolicyBuilder::new()
            .allow_exit()
            .allow_syscalls(["read", "open?"])
            .allow_futex_ops(&["WAIT", "WAKE"])
            .block_syscalls_with_errno(["openat", "access?"], "ENOENT")
            .add_policy_on_syscall("write", "ARG_32(0); JEQ32(1, ALLOW); KILL;")
            .default_action("ERRNO(EPERM)")
            .add_directory_at("/usr/share", "/share \"it\"", false)
            .set_hostname("built");
        let policy = built.build().unwrap();
        let written = Policy::parse(
            "use exit, futex(WAKE, WAIT); ALLOW read, open?; ERRNO(ENOENT) openat, access?; default ERRNO(EPERM); ALLOW write if fd == 1; KILL write if fd != 1;",
        );
        assert_eq!(policy.diff(&written.unwrap()), Ok(Vec::new()));
        assert_eq!(policy.parts().mounts.len(), 1);
        assert_eq!(policy.parts().hostname.as_deref(), Some("built"));
    }

    #[test]
    fn a_name_cannot_smuggle_statements_in() {
        let builder = PolicyBuilder::new().allow_syscall("read; danger { ALLOW ptrace; } ALLOW write").use_group("");
        let errors = builder.build().unwrap_err();
        assert_eq!(errors.errors().len(), 2, "{errors}");
        let path = PolicyBuilder::new().add_file("/a\"; danger { ALLOW ptrace; } file \"/b\n\\");
        let policy = path.build().unwrap();
        assert_eq!(policy.parts().mounts.len(), 1);
    }

    #[test]
    fn the_proxys_groups_have_a_word() {
        let connects = |builder: PolicyBuilder| {
            let policy = builder.build().unwrap();
            let says = |name: &str, args| policy.evaluate(&policy.call(name, args).unwrap()).action;
            [says("socket", [1, 1, 0, 0, 0, 0]), says("socket", [1, 2, 0, 0, 0, 0]), says("connect", [0; 6])]
        };
        use sandbox2_policy::action::{Action, Errno};
        let (allow, kill, denied) =
            (Action::Allow, Action::Kill, Action::Errno(Errno::new(libc::EACCES as u16).unwrap()));
        assert_eq!(connects(PolicyBuilder::new().add_network_proxy_policy(false)), [kill, kill, kill]);
        assert_eq!(connects(PolicyBuilder::new().add_network_proxy_policy(true)), [allow, denied, kill]);
        assert_eq!(
            connects(PolicyBuilder::new().add_network_proxy_handler_policy(true)),
            [allow, denied, Action::Trap(0)]
        );
    }

    #[test]
    fn mistakes_are_told_by_statement() {
        let errors = PolicyBuilder::new().allow_syscall("read").allow_syscall("raed").build().unwrap_err();
        assert_eq!((errors.errors()[0].line, errors.errors()[0].kind), (2, "unknown_syscall"));
    }

    #[test]
    fn every_group_has_a_helper_and_every_helper_a_group() {
        let mut helpers = HELPERS.to_vec();
        helpers.sort_unstable();
        let without_words = sandbox2_policy::groups::groups().iter().filter(|group| group.words.is_empty());
        let groups: Vec<&str> = without_words.map(|group| group.name).collect();
        assert_eq!(helpers, groups);
    }
}
