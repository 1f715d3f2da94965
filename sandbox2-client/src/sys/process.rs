//! What a process does to itself: filters, forks, namespaces, privileges.

use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

use super::{Outcome, outcome};

/// Nothing that this process executes gains privileges; a filter needs that.
pub(crate) fn no_new_privileges() -> Outcome<()> {
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } as isize).map(drop)
}

/// Installs a filter on all threads of this process: with a listener, whose number it returns, or for a process that is traced; -1 then.
pub(crate) fn install_filter(instructions: &[(u16, u8, u8, u32)], traced: bool) -> Outcome<RawFd> {
    /// Not in the C library's headers everywhere: `SECCOMP_FILTER_FLAG_TSYNC_ESRCH` and `…_WAIT_KILLABLE_RECV`.
    const TSYNC_ESRCH: libc::c_ulong = 1 << 4;
    const WAIT_KILLABLE_RECV: libc::c_ulong = 1 << 5;
    let filter: Vec<libc::sock_filter> =
        instructions.iter().map(|&(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k }).collect();
    let len = u16::try_from(filter.len()).map_err(|_| libc::EINVAL)?;
    let program = libc::sock_fprog { len, filter: filter.as_ptr().cast_mut() };
    let all = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_TSYNC | TSYNC_ESRCH;
    let install = |flags: libc::c_ulong| {
        let program = &raw const program;
        // SAFETY: the kernel reads the program and its instructions, which live until the call is over.
        outcome(unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, program) } as isize)
    };
    let listener = if traced {
        install(libc::SECCOMP_FILTER_FLAG_TSYNC | TSYNC_ESRCH)?;
        -1
    } else {
        let installed = match install(all | WAIT_KILLABLE_RECV) {
            // Linux before 5.19 does not know that flag; there is no filter yet.
            Err(libc::EINVAL) => install(all),
            installed => installed,
        };
        installed? as RawFd
    };
    // The instructions stay allocated: giving memory back may be a call that the policy forbids.
    core::mem::forget(filter);
    Ok(listener)
}

/// Closes the listener with a second argument that the filter looks for.
pub(crate) fn close_listener(listener: RawFd, magic: u64) -> Outcome<()> {
    loop {
        // SAFETY: the descriptor is ours alone, and nobody uses it after this; or it is none.
        match outcome(unsafe { libc::syscall(libc::SYS_close, listener, magic) } as isize) {
            // A signal came while it waited for its answer: it was not made. Once it is made, nothing interrupts it.
            Err(libc::EINTR) => {}
            closed => return closed.map(drop),
        }
    }
}

/// Forks; the child's number, 0 in the child.
///
/// Only for processes with one thread: whatever other threads were about to do with memory or locks, the child has half of.
pub(crate) fn fork() -> Outcome<libc::pid_t> {
    // SAFETY: this process has one thread, as the callers see to, so that the child finds everything as it is here.
    outcome(unsafe { libc::fork() } as isize).map(|pid| pid as libc::pid_t)
}

unsafe extern "C" {
    /// As `fork(2)`, but the child has this process's memory, and this process waits until the child has ended.
    fn vfork() -> libc::pid_t;
}

/// Forks a child into the PID namespace that this process has entered, and ends this process. A process in between, which ends as well,
/// sees to it that the child's parent is the first process there. Returns in the child alone, or with what went wrong.
///
/// Only for processes with one thread, as [`fork`].
#[inline(never)]
pub(crate) fn fork_for_init() -> Outcome<()> {
    // SAFETY: the one in between returns from no function: it leaves this frame, and all above, as they are, and what it does below
    // is done by the time that this process goes on. This process makes use of what it returns alone. The child has a copy of its own.
    let between = unsafe { vfork() };
    match between {
        0 => match fork() {
            Ok(0) => Ok(()),
            Ok(_) => exit_at_once(0),
            Err(errno) => exit_at_once(errno),
        },
        1.. => match wait(between) {
            // ECHILD: the system reaps it, where SIGCHLD is ignored.
            Ok(0) | Err(libc::ECHILD) => exit_at_once(0),
            Ok(status) if libc::WIFEXITED(status) => Err(libc::WEXITSTATUS(status)),
            Ok(_) => Err(0),
            Err(errno) => Err(errno),
        },
        _ => Err(super::last_errno()),
    }
}

/// A pair of packet sockets, close-on-exec.
pub(crate) fn packet_sockets() -> Outcome<(OwnedFd, OwnedFd)> {
    let mut pair: [RawFd; 2] = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: the kernel writes two numbers there.
    outcome(unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, pair.as_mut_ptr()) } as isize)?;
    // SAFETY: the kernel has just made it for us.
    let one = unsafe { OwnedFd::from_raw_fd(pair[0]) };
    // SAFETY: likewise.
    Ok((one, unsafe { OwnedFd::from_raw_fd(pair[1]) }))
}

/// Ends this process without running anything else of it.
pub(crate) fn exit_at_once(code: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}

/// Waits for a child; its wait status.
pub(crate) fn wait(pid: libc::pid_t) -> Outcome<i32> {
    let mut status = 0;
    loop {
        // SAFETY: the kernel writes a status to a place of ours.
        match outcome(unsafe { libc::waitpid(pid, &raw mut status, 0) } as isize) {
            Err(libc::EINTR) => {}
            waited => return waited.map(|_| status),
        }
    }
}

/// Enters those namespaces of a process.
pub(crate) fn enter_namespaces(process: BorrowedFd<'_>, which: u32) -> Outcome<()> {
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::setns(process.as_raw_fd(), which.cast_signed()) } as isize).map(drop)
}

/// What files are made with that say nothing else: as every sandboxee.
pub(crate) fn usual_umask() {
    // SAFETY: takes a number.
    unsafe { libc::umask(0o022) };
}

/// Starts a session.
pub(crate) fn new_session() -> Outcome<()> {
    // SAFETY: takes nothing.
    outcome(unsafe { libc::setsid() } as isize).map(drop)
}

/// A session keyring of its own; nothing where the kernel has no keys.
pub(crate) fn new_keyring() -> Outcome<()> {
    const JOIN_SESSION_KEYRING: libc::c_long = 1;
    // SAFETY: takes numbers alone; no name.
    match outcome(unsafe { libc::syscall(libc::SYS_keyctl, JOIN_SESSION_KEYRING, 0) } as isize) {
        Ok(_) | Err(libc::ENOSYS) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// No capability now, none by exec, and no way to change that.
pub(crate) fn drop_privileges() -> Outcome<()> {
    /// NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each with its lock, and KEEP_CAPS locked off.
    const SECUREBITS: libc::c_ulong = 0b1110_1111;
    /// `_LINUX_CAPABILITY_VERSION_3`.
    const VERSION: u32 = 0x2008_0522;
    for capability in 0.. {
        match prctl(libc::PR_CAPBSET_DROP, capability) {
            Ok(()) => {}
            // That was the last one that this kernel has.
            Err(libc::EINVAL) if capability > 0 => break,
            Err(errno) => return Err(errno),
        }
    }
    prctl(libc::PR_SET_SECUREBITS, SECUREBITS)?;
    let (head, none) = ([VERSION, 0_u32], [0_u32; 6]);
    // SAFETY: the kernel reads a header and two sets of three words.
    outcome(unsafe { libc::syscall(libc::SYS_capset, head.as_ptr(), none.as_ptr()) } as isize).map(drop)
}

/// Turns risky speculation off for good where the processor and the kernel let a process do that.
pub(crate) fn restrict_speculation() -> Outcome<()> {
    const SET_SPECULATION_CTRL: libc::c_int = 53;
    const STORE_BYPASS: libc::c_ulong = 0;
    const INDIRECT_BRANCH: libc::c_ulong = 1;
    const FORCE_DISABLE: libc::c_ulong = 1 << 3;
    for feature in [STORE_BYPASS, INDIRECT_BRANCH] {
        // SAFETY: takes numbers alone.
        let set = unsafe { libc::prctl(SET_SPECULATION_CTRL, feature, FORCE_DISABLE, 0, 0) };
        match outcome(set as isize) {
            // Not affected, not controllable, or unknown to this kernel.
            Ok(_) | Err(libc::ENXIO | libc::ENODEV | libc::EINVAL | libc::EPERM) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Lets the host take descriptors out of this process.
pub(crate) fn become_dumpable() -> Outcome<()> {
    prctl(libc::PR_SET_DUMPABLE, 1)
}

fn prctl(option: libc::c_int, argument: libc::c_ulong) -> Outcome<()> {
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::prctl(option, argument, 0, 0, 0) } as isize).map(drop)
}

/// A copy of a descriptor with another number, the first that is free from `from` on; close-on-exec.
pub(crate) fn duplicate_from(fd: RawFd, from: RawFd) -> Outcome<RawFd> {
    // SAFETY: takes numbers alone.
    outcome(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, from) } as isize).map(|fd| fd as RawFd)
}

/// Puts a copy of a descriptor where `to` is, not close-on-exec.
pub(crate) fn put_at(fd: RawFd, to: RawFd) -> Outcome<()> {
    if fd == to {
        // SAFETY: takes numbers alone.
        return outcome(unsafe { libc::fcntl(fd, libc::F_SETFD, 0) } as isize).map(drop);
    }
    // SAFETY: takes numbers alone; whose `to` was before, the caller answers for.
    outcome(unsafe { libc::dup2(fd, to) } as isize).map(drop)
}

/// Closes every descriptor but those.
pub(crate) fn close_all_but(keep: &[RawFd]) -> Outcome<()> {
    let mut keep: Vec<u32> = keep.iter().map(|number| number.cast_unsigned()).collect();
    keep.sort_unstable();
    let mut next = 0_u32;
    for number in keep.into_iter().map(Some).chain([None]) {
        let last = number.map_or(Some(u32::MAX), |number| number.checked_sub(1));
        if let Some(last) = last.filter(|last| *last >= next) {
            // SAFETY: takes numbers alone; the caller answers for whose descriptors those were.
            outcome(unsafe { libc::syscall(libc::SYS_close_range, next, last, 0) } as isize)?;
        }
        next = number.map_or(u32::MAX, |number| number + 1);
    }
    Ok(())
}

/// Waits until one of them is readable or has ended; which are.
pub(crate) fn poll_many(fds: &[RawFd]) -> Outcome<Vec<bool>> {
    let mut polls: Vec<libc::pollfd> =
        fds.iter().map(|fd| libc::pollfd { fd: *fd, events: libc::POLLIN, revents: 0 }).collect();
    let count = polls.len() as libc::nfds_t;
    loop {
        let forever: *const libc::timespec = core::ptr::null();
        // SAFETY: that many `pollfd`s of ours, no time and no signal mask.
        match outcome(unsafe { libc::ppoll(polls.as_mut_ptr(), count, forever, core::ptr::null()) } as isize) {
            Err(libc::EINTR) => {}
            Err(errno) => return Err(errno),
            Ok(_) => return Ok(polls.iter().map(|poll| poll.revents != 0).collect()),
        }
    }
}

/// Changes the working directory.
pub(crate) fn change_directory(dir: &core::ffi::CStr) -> Outcome<()> {
    // SAFETY: the kernel reads a string that ends in a zero.
    outcome(unsafe { libc::chdir(dir.as_ptr()) } as isize).map(drop)
}
