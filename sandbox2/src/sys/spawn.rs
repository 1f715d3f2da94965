//! A process of the host's that is in no sandbox: a fork server.
//!
//! Made as `posix_spawn` makes one, on the memory of the waiting host, but with exactly the descriptors that are meant.

use core::sync::atomic::{AtomicI32, AtomicU32, Ordering::Relaxed};
use std::os::fd::{FromRawFd, OwnedFd};

use super::abi::{CLONE_CLEAR_SIGHAND, CloneArgs};
use super::calls::{self, Fd};
use super::child::FdMove;
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
    let region = Region::new(0).map_err(at)?;
    let mut pidfd: Fd = -1;
    let stack = region.stack(0);
    let clone = CloneArgs {
        flags: (libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD) as u64 | CLONE_CLEAR_SIGHAND,
        pidfd: core::ptr::from_mut(&mut pidfd).expose_provenance() as u64,
        exit_signal: 0,
        stack: stack.0,
        stack_size: stack.1,
        ..CloneArgs::default()
    };
    let clone_args = core::ptr::from_ref(&clone).cast::<()>();
    let argument = core::ptr::from_ref(&attempt).cast::<()>();
    // No signal handler of the host's may run in the child.
    let mask = calls::signal_mask(u64::MAX).map_err(at)?;
    // SAFETY: this thread waits until the child has executed the program or ended; until then the child refers to this frame, to what
    // it borrows, and to its own stack, and all of that lives. `attempt` is what `main` expects.
    let cloned = unsafe { raw::clone3(clone_args, size_of::<CloneArgs>(), main, argument) };
    let restored = calls::signal_mask(mask);
    cloned.map_err(at)?;
    // SAFETY: `clone3` wrote a new descriptor there, which nobody else owns.
    let process = unsafe { OwnedFd::from_raw_fd(pidfd) };
    let errno = attempt.errno.load(Relaxed);
    if errno != 0 || restored.is_err() {
        let _ = calls::pidfd_send_signal(pidfd, libc::SIGKILL);
        let _ = calls::wait_pidfd(pidfd);
        restored.map_err(at)?;
        return Err((Stage::from_number(attempt.stage.load(Relaxed)), Errno(errno)));
    }
    Ok(process)
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
