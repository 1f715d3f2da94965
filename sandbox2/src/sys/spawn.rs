//! A process of the host's that is in no sandbox: a fork server.
//!
//! Made as `posix_spawn` makes one, on the memory of the waiting host, but with exactly the descriptors that are meant.

use core::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::abi::{CLONE_CLEAR_SIGHAND, CloneArgs, MOUNT_ATTR_RDONLY};
use super::calls::{self, Fd};
use super::child::{FdMove, ProgramPlan};
use super::region::Region;
use super::stage::Stage;
use super::{Errno, Result, raw};

/// What to execute, and with what.
#[derive(Debug)]
pub(crate) struct Spawn<'a> {
    pub(crate) program: Fd,
    pub(crate) moves: &'a [FdMove],
    /// What is neither mapped nor the program.
    pub(crate) closes: &'a [(u32, u32)],
    /// Null-terminated.
    pub(crate) argv: &'a [*const libc::c_char],
    /// Null-terminated.
    pub(crate) envp: &'a [*const libc::c_char],
}

struct Attempt<'a> {
    spawn: &'a Spawn<'a>,
    stage: AtomicU32,
    errno: AtomicI32,
}

/// Executes it; its pidfd. It gives no signal when it ends.
///
/// # Errors
/// The step that failed.
pub(crate) fn spawn(spawn: &Spawn<'_>) -> core::result::Result<OwnedFd, (Stage, Errno)> {
    let attempt = Attempt { spawn, stage: AtomicU32::new(0), errno: AtomicI32::new(0) };
    let at = |errno| (Stage::ForkServer, errno);
    // SAFETY: `attempt` is what `main` expects.
    let process = unsafe { run(0, main, core::ptr::from_ref(&attempt).cast()) }.map_err(at)?;
    let errno = attempt.errno.load(Relaxed);
    if errno != 0 {
        end(&process);
        return Err((Stage::from_number(attempt.stage.load(Relaxed)), Errno(errno)));
    }
    Ok(process)
}

/// Runs `entry` in a new process on this memory, and waits until it has executed a program or ended; its pidfd.
///
/// # Safety
/// `argument` must be what `entry` expects.
unsafe fn run(flags: u64, entry: raw::Entry, argument: *const ()) -> Result<OwnedFd> {
    let region = Region::new(0)?;
    let mut pidfd: Fd = -1;
    let stack = region.stack(0);
    let clone = CloneArgs {
        flags: (libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD) as u64 | CLONE_CLEAR_SIGHAND | flags,
        pidfd: core::ptr::from_mut(&mut pidfd).expose_provenance() as u64,
        exit_signal: 0,
        stack: stack.0,
        stack_size: stack.1,
        ..CloneArgs::default()
    };
    let clone_args = core::ptr::from_ref(&clone).cast::<()>();
    // No signal handler of the host's may run in the child.
    let mask = calls::signal_mask(u64::MAX)?;
    // SAFETY: this thread waits until the child has executed the program or ended; until then the child refers to this frame and the
    // caller's, to what they borrow, and to its own stack, and all of that lives.
    let cloned = unsafe { raw::clone3(clone_args, size_of::<CloneArgs>(), entry, argument) };
    let restored = calls::signal_mask(mask);
    cloned?;
    // SAFETY: `clone3` wrote a new descriptor there, which nobody else owns.
    let process = unsafe { OwnedFd::from_raw_fd(pidfd) };
    if let Err(errno) = restored {
        end(&process);
        return Err(errno);
    }
    Ok(process)
}

/// Kills it and reaps it.
pub(super) fn end(process: &OwnedFd) {
    // ESRCH: it has ended by itself.
    let _ = calls::pidfd_send_signal(process.as_raw_fd(), libc::SIGKILL);
    while matches!(calls::wait_pidfd(process.as_raw_fd()), Err(Errno(libc::EINTR))) {}
}

/// A program's file, and where it will be found on a read-only mount.
struct Reading<'a> {
    program: &'a ProgramPlan<'a>,
    found: AtomicI32,
    errno: AtomicI32,
}

/// The same file on a mount that nobody can write to, so that whoever runs it cannot change it by `/proc/self/exe`.
///
/// The mount is that of another mount namespace, which lives as long as the descriptor. Its process shares this one's descriptors.
///
/// # Errors
/// If the program cannot be reached there under its name.
pub(crate) fn read_only(program: &ProgramPlan<'_>) -> Result<OwnedFd> {
    let copy = Reading { program, found: AtomicI32::new(-1), errno: AtomicI32::new(0) };
    let flags = (libc::CLONE_FILES | libc::CLONE_NEWUSER | libc::CLONE_NEWNS) as u64;
    // SAFETY: `copy` is what `find` expects.
    let ran = unsafe { run(flags, find, core::ptr::from_ref(&copy).cast()) };
    let found = match copy.found.load(Relaxed) {
        // SAFETY: made by the process that has ended, for this one.
        found @ 0.. => Some(unsafe { OwnedFd::from_raw_fd(found) }),
        _ => None,
    };
    end(&ran?);
    // It was killed, if it does not say.
    found.ok_or(Errno(match copy.errno.load(Relaxed) {
        0 => libc::ESRCH,
        errno => errno,
    }))
}

extern "C" fn find(copy: *const ()) -> ! {
    // SAFETY: `read_only` passes a valid one, and waits meanwhile.
    let copy = unsafe { &*copy.cast::<Reading<'_>>() };
    match find_read_only(copy.program) {
        Ok(found) => copy.found.store(found, Relaxed),
        Err(Errno(errno)) => copy.errno.store(errno, Relaxed),
    }
    calls::exit_group(0)
}

/// A descriptor that is closed when it is dropped: in a process that shares its descriptors with the host, nothing else does.
struct Held(Fd);

impl Drop for Held {
    fn drop(&mut self) {
        calls::close(self.0);
    }
}

fn find_read_only(program: &ProgramPlan<'_>) -> Result<Fd> {
    let own = Held(calls::openat(libc::AT_FDCWD, program.path, libc::O_PATH)?);
    let facts = calls::file_facts(own.0)?;
    // Another file has taken its name meanwhile, or the descriptor comes from other mounts.
    if facts.id != program.id {
        return Err(Errno(libc::ESTALE));
    }
    if facts.mount_root {
        calls::mount_setattr(own.0, MOUNT_ATTR_RDONLY, false)?;
    } else {
        let mut dir = Held(calls::openat(libc::AT_FDCWD, program.dir, libc::O_PATH | libc::O_DIRECTORY)?);
        let mut steps = 0;
        while !calls::file_facts(dir.0)?.mount_root {
            dir = Held(calls::openat(dir.0, c"..", libc::O_PATH | libc::O_DIRECTORY)?);
            steps += 1;
            if steps == libc::PATH_MAX {
                return Err(Errno(libc::ELOOP));
            }
        }
        calls::mount_setattr(dir.0, MOUNT_ATTR_RDONLY, false)?;
    }
    let found = own.0;
    core::mem::forget(own);
    Ok(found)
}

extern "C" fn main(attempt: *const ()) -> ! {
    // SAFETY: `spawn` passes a valid one, and waits meanwhile.
    let attempt = unsafe { &*attempt.cast::<Attempt<'_>>() };
    let (stage, errno) = match prepare(attempt.spawn) {
        Ok(()) => (Stage::Exec, calls::execveat(attempt.spawn.program, attempt.spawn.argv, attempt.spawn.envp)),
        Err(failed) => failed,
    };
    attempt.stage.store(stage as u32, Relaxed);
    attempt.errno.store(errno.0, Relaxed);
    calls::exit_group(127)
}

fn prepare(spawn: &Spawn<'_>) -> core::result::Result<(), (Stage, Errno)> {
    // What is sent to the host's process group, by a terminal for instance, is not for it: it ends with the host's channel.
    calls::setsid().map_err(|errno| (Stage::Session, errno))?;
    for signal in 1..=64 {
        if signal != libc::SIGKILL && signal != libc::SIGSTOP {
            calls::signal_default(signal).map_err(|errno| (Stage::Signals, errno))?;
        }
    }
    for step in spawn.moves {
        let moved: Result<()> = if step.from == step.to {
            calls::set_cloexec(step.to, step.cloexec).map(drop)
        } else {
            calls::dup3(step.from, step.to, step.cloexec).map(drop)
        };
        moved.map_err(|errno| (Stage::Descriptors, errno))?;
    }
    for (first, last) in spawn.closes {
        calls::close_range(*first, *last).map_err(|errno| (Stage::CloseDescriptors, errno))?;
    }
    calls::signal_mask(0).map(drop).map_err(|errno| (Stage::Signals, errno))
}
