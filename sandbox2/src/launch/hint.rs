//! What a failed step was about, and what to do about it.

use std::fs;

use super::LaunchSpec;
use sandbox2_client::fork_request::Step;

use crate::error::{SetupError, Stage};
use crate::mounts::FileSystem;
use crate::sys::child::Failure;

/// With what the step failed.
pub(super) fn subject(failure: Failure, spec: &LaunchSpec, files: &FileSystem) -> Option<String> {
    let detail = failure.detail;
    match failure.stage {
        Stage::MountSource
        | Stage::MountAttributes
        | Stage::MountTarget
        | Stage::Mount
        | Stage::Tmpfs
        | Stage::Proc => files.names.get(detail as usize).cloned(),
        Stage::Descriptors => Some(format!("descriptor {detail}")),
        Stage::CloseDescriptors => Some(format!("descriptors from {detail}")),
        Stage::Limits => spec
            .limits
            .kernel()
            .iter()
            .find(|(resource, ..)| *resource == detail)
            .map(|(_, name, _)| (*name).to_owned()),
        Stage::HostName if detail == 0 => Some(spec.hostname.clone()),
        Stage::WorkingDirectory => spec.cwd.as_ref().map(|cwd| cwd.to_string_lossy().into_owned()),
        Stage::Fork => Some(fork_step(detail)),
        Stage::Exec | Stage::Program => Some(spec.program_name.display().to_string()),
        Stage::Filter => Some(format!("{} instructions", spec.filter.len())),
        _ => None,
    }
}

/// What a fork server was doing.
pub(super) fn fork_step(step: u32) -> String {
    let text = match Step::from_number(step) {
        Some(Step::Fork) => "forking (perhaps the child was killed)",
        Some(Step::Namespaces) => "entering the sandbox's namespaces",
        Some(Step::Descriptors) => "putting the mapped descriptors in place",
        Some(Step::Session) => "starting a session",
        Some(Step::Capabilities) => "dropping the capabilities",
        Some(Step::WorkingDirectory) => "entering the working directory",
        Some(Step::NoNewPrivileges) => "setting no_new_privs",
        Some(Step::Speculation) => "restricting speculation",
        Some(Step::Wait) => "waiting for the child (is SIGCHLD ignored there?)",
        None => "a step that this version does not know",
    };
    text.to_owned()
}

/// Adds what to do, where that is known. A hint that is there stays.
pub(crate) fn explain(error: SetupError) -> SetupError {
    match cure(error.stage(), error.errno().unwrap_or(0)) {
        Some(hint) => error.with_hint(Some(hint)),
        None => error,
    }
}

fn cure(stage: Stage, errno: i32) -> Option<String> {
    let text = match (stage, errno) {
        (Stage::Namespaces, libc::EPERM) => return Some(no_user_namespaces()),
        (Stage::Namespaces, libc::ENOSPC) => {
            "a limit on namespaces was reached: raise the sysctls user.max_*_namespaces"
        }
        (Stage::Namespaces, libc::ENOSYS) => {
            "clone3 is missing: the kernel is older than 5.5, or a seccomp filter around this process hides it"
        }
        (Stage::Namespaces, libc::EAGAIN) => "too many processes: see RLIMIT_NPROC and the pids control group",
        (Stage::Namespaces, libc::EINVAL) => {
            "this kernel lacks a kind of namespace (user, pid, net, ipc, uts or cgroup)"
        }
        (Stage::IdMaps, libc::EPERM) if is_one("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") => APPARMOR,
        (Stage::IdMaps, libc::EPERM) => "a host that runs as root needs CAP_SETFCAP to map user 0",
        (Stage::IdMaps | Stage::NestedIdMaps, libc::ENOENT) => "the host itself needs /proc",
        (Stage::Propagation | Stage::Root | Stage::HostName, libc::EPERM | libc::EACCES)
            if is_one("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") =>
        {
            APPARMOR
        }
        (Stage::Propagation, libc::ENOSYS) => "mount_setattr is missing: sandbox2 needs Linux 5.14",
        (Stage::Proc, libc::EPERM) => {
            "a fresh /proc needs a /proc of the host's with nothing mounted over it; a container that masks parts of /proc \
             must stop that (docker run --security-opt systempaths=unconfined)"
        }
        (Stage::MountSource, libc::ELOOP) => {
            "the path leads through a link of /proc (such as /dev/stdin does), which would name another process's file, or \
             through a symbolic link below a directory that the sandboxee may write to"
        }
        (Stage::MountSource, libc::ENOENT) => "it does not exist on the host",
        (Stage::MountSource, libc::ENOTDIR) => "it is no directory: `dir` is for directories, `file` for files",
        (Stage::Mount, libc::EINVAL) => "it may be a directory: `dir` is for directories, `file` for files",
        (Stage::MountTarget, libc::ENOENT) => {
            "below a mounted directory of the host's the mount point must exist already; nothing is created there"
        }
        (Stage::MountTarget, libc::ELOOP) => "the mount point lies behind a symbolic link, which is not followed",
        (Stage::Pivot, libc::EINVAL) => "the host's own root is no mount point (a chroot or an initramfs)",
        (Stage::Program, libc::ESTALE | libc::ENOENT | libc::EACCES | libc::EPERM) => {
            "the sandboxee's user could change the program, so it must be reachable under its own name, without privilege, \
             to be run from a read-only mount: let another user own it, or place it elsewhere"
        }
        (Stage::Session, libc::EDQUOT) => "the user has too many keys: raise the sysctl kernel.keys.maxkeys",
        (Stage::Descriptors, libc::EBADF) => "it is above the host's own limit on open files (RLIMIT_NOFILE)",
        (Stage::Limits, libc::EPERM) => "it is above the host's own hard limit (setrlimit(2))",
        (Stage::WorkingDirectory, libc::ENOENT) => "it does not exist inside: mount it",
        (Stage::Filter, libc::ESRCH) => {
            "a thread of the program has a filter of its own, which the policy's cannot be put on"
        }
        (Stage::ForkServer | Stage::LaunchServer, libc::ETOOMANYREFS) => {
            "the user's processes have sent more descriptors that nobody has received yet than the limit on open files allows \
             (unix(7)): receive them, or raise RLIMIT_NOFILE"
        }
        (Stage::ForkServer, libc::EPIPE) => "it has ended: see `ForkServer::restart`",
        (Stage::Fork, libc::EPERM) => "the fork server must be of the host's user, and outside of any sandbox",
        (Stage::Filter, libc::EBUSY) => "another seccomp listener supervises this process already",
        (Stage::Filter, libc::EINVAL) => "the kernel rejected the program, or has no seccomp listeners",
        (Stage::Listener, libc::EPERM) => {
            "the host may not trace its own child: see the sysctl kernel.yama.ptrace_scope (3 forbids it to everybody)"
        }
        (Stage::Trace, libc::EPERM) => {
            "something else traces it already, or the host may trace nobody: see the sysctl kernel.yama.ptrace_scope (3 forbids it \
             to everybody), and whether a seccomp filter around this process forbids ptrace"
        }
        (Stage::Exec, libc::ENOENT) => {
            "its loader is missing inside: mount it and the shared libraries (`libraries`), or link the program \
             statically; a script cannot be run, run its interpreter"
        }
        (Stage::Exec, libc::EACCES) => "it is not executable, or its file system is mounted noexec",
        (Stage::Exec, libc::ENOEXEC) => "it is no program for this machine",
        _ => return None,
    };
    Some(text.to_owned())
}

const APPARMOR: &str = "AppArmor restricts unprivileged user namespaces: set the sysctl \
                        kernel.apparmor_restrict_unprivileged_userns=0, or give this program a profile with `userns`";

fn no_user_namespaces() -> String {
    let cause = if is_zero("/proc/sys/kernel/unprivileged_userns_clone") {
        "unprivileged user namespaces are off: set the sysctl kernel.unprivileged_userns_clone=1"
    } else if is_one("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") {
        APPARMOR
    } else if is_zero("/proc/sys/user/max_user_namespaces") {
        "user namespaces are off: raise the sysctl user.max_user_namespaces"
    } else if is_filtered() {
        "a seccomp filter around this process forbids it (as a container's default profile does): allow clone3 with \
         namespace flags there"
    } else {
        "a process in a chroot cannot create a user namespace; elsewhere a security module may forbid it"
    };
    cause.to_owned()
}

fn is_one(path: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|value| value.trim() == "1")
}

fn is_zero(path: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|value| value.trim() == "0")
}

fn is_filtered() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| status.lines().any(|line| line == "Seccomp:\t2"))
}
