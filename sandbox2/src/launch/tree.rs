//! The processes of a sandbox, from the host's side: to end them, to wait for them, to learn how they ended.

use std::io::{PipeWriter, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use super::hint;
use crate::error::{SetupError, Stage};
use crate::limits::Limits;
use crate::sys::abi::Rlimit;
use crate::sys::child::{Failure, LimitOp};
use crate::sys::region::Region;
use crate::sys::{self, Errno, calls};

/// How long a process may take from losing its memory to its end.
pub(super) const DYING: Duration = Duration::from_millis(100);

/// The processes of a sandbox.
///
/// Dropping it kills the whole sandbox and waits until it is gone.
#[derive(Debug)]
pub(crate) struct Tree {
    region: Region,
    pub(super) init: Arc<OwnedFd>,
    /// Init ends the sandbox when something is written to it, or when the host closes it.
    lifeline: PipeWriter,
    main_pid: libc::pid_t,
    program_name: PathBuf,
    times: Times,
    reaped: bool,
}

/// When the set-up came how far.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "nobody is told"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// Everything that the processes need was laid out.
    pub(crate) planned: Instant,
    /// The first process was made.
    pub(crate) cloned: Instant,
}

/// A sandboxee that waits for the listener's first answer, or runs, or has ended.
#[derive(Debug)]
pub(crate) struct Launched {
    // Before the listener, also when this is dropped: calls that wait for an answer would go on if that were closed first.
    tree: Tree,
    listener: OwnedFd,
}

/// What is left of a sandbox whose listener could not be taken: for whoever ends it, which can take its time.
#[derive(Debug)]
pub(crate) struct Refused {
    // Before the listener, as in `Launched`.
    pub(crate) tree: Tree,
    pub(crate) listener: Option<OwnedFd>,
    pub(crate) error: SetupError,
}

impl Refused {
    pub(super) fn new(tree: Tree, listener: Option<OwnedFd>, error: SetupError) -> Box<Refused> {
        Box::new(Refused { tree, listener, error })
    }
}

/// How a sandbox ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The sandboxee's wait status (as `waitpid` gives it); `None` if the whole sandbox was killed before it ended.
    pub(crate) main_status: Option<i32>,
    /// The bootstrap exec failed: the program never ran.
    pub(crate) setup_failure: Option<SetupError>,
    pub(crate) usage: Usage,
}

/// What a sandbox used: the sandboxee and every child that it waited for, or, if it was killed, all of the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    /// The largest resident set of one process, in bytes.
    pub(crate) max_rss: u64,
}

impl Launched {
    /// Takes the listener out of the sandboxee, where it has that number.
    pub(super) fn take(
        tree: Tree,
        main: &OwnedFd,
        number: RawFd,
        late_limit: Option<LimitOp>,
    ) -> Result<Launched, Box<Refused>> {
        let at = |Errno(errno)| hint::explain(SetupError::new(Stage::Listener, Some(errno)));
        let listener = match calls::pidfd_getfd(main.as_raw_fd(), number) {
            Ok(listener) if calls::is_listener(listener.as_raw_fd()) => listener,
            Ok(_) => return Err(Refused::new(tree, None, SetupError::new(Stage::Listener, Some(libc::EBADF)))),
            // What is ending has no descriptors any more.
            Err(Errno(libc::ESRCH)) => return Err(Refused::new(tree, None, main_has_ended())),
            Err(errno) => return Err(Refused::new(tree, None, at(errno))),
        };
        match late_limit.map_or(Ok(()), |limit| tree.set_limit(main, limit)) {
            Ok(()) => Ok(Launched { tree, listener }),
            Err(error) => Err(Refused::new(tree, Some(listener), error)),
        }
    }

    /// The seccomp listener.
    pub(crate) fn listener(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// The processes, and the listener, which must be kept until they are gone: calls that wait for an answer would go on if it were
    /// closed.
    pub(crate) fn into_parts(self) -> (Tree, OwnedFd) {
        (self.tree, self.listener)
    }

    /// Waits until the sandbox is gone, and says how it ended.
    #[cfg(test)]
    pub(crate) fn finish(self) -> Ended {
        self.tree.finish()
    }
}

impl std::ops::Deref for Launched {
    type Target = Tree;

    fn deref(&self) -> &Tree {
        &self.tree
    }
}

/// Kills the sandbox of `init` and waits until nothing of it is left; what it used.
pub(super) fn end(init: &OwnedFd) -> Option<sys::abi::Rusage> {
    // ESRCH: it has ended by itself.
    let _ = calls::pidfd_send_signal(init.as_raw_fd(), libc::SIGKILL);
    reap(init)
}

pub(super) fn reap(init: &OwnedFd) -> Option<sys::abi::Rusage> {
    loop {
        match calls::wait_pidfd(init.as_raw_fd()) {
            Ok((_, usage)) => return Some(usage),
            Err(Errno(libc::EINTR)) => {}
            // ECHILD: the host itself reaped it, by a wait for just any child.
            Err(_) => return None,
        }
    }
}

/// Whether the process has ended, waiting for that at most so long. A signal that the host hears does not end the wait.
///
/// # Errors
/// If it cannot be waited for.
pub(super) fn has_ended(process: &OwnedFd, wait: Duration) -> sys::Result<bool> {
    let until = Instant::now() + wait;
    loop {
        match calls::readable(process.as_raw_fd(), until.saturating_duration_since(Instant::now())) {
            // It had not ended when the signal came.
            Err(Errno(libc::EINTR)) if Instant::now() >= until => return Ok(false),
            Err(Errno(libc::EINTR)) => {}
            ended => return ended,
        }
    }
}

/// What to say of a sandbox that is gone without a word.
pub(super) fn killed() -> SetupError {
    SetupError::new(Stage::Wait, Some(libc::ESRCH))
        .with_what("it was killed")
        .with_hint(Some("the system may have run out of memory, or somebody killed it"))
}

fn main_has_ended() -> SetupError {
    SetupError::new(Stage::Wait, Some(libc::ESRCH)).with_what("the sandboxee has ended")
}

/// The process id behind a pidfd.
pub(crate) fn pid_of(pidfd: &OwnedFd) -> sys::Result<libc::pid_t> {
    if let Ok(pid) = calls::pidfd_pid(pidfd.as_raw_fd()) {
        return Ok(pid);
    }
    // Linux before 6.13.
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd()))
        .map_err(|error| Errno(error.raw_os_error().unwrap_or(libc::EIO)))?;
    let pid = info.lines().find_map(|line| line.strip_prefix("Pid:"));
    match pid.map(|pid| pid.trim().parse()) {
        Some(Ok(pid)) if pid > 0 => Ok(pid),
        _ => Err(Errno(libc::ESRCH)),
    }
}

impl Tree {
    pub(super) fn new(
        region: Region,
        init: OwnedFd,
        lifeline: PipeWriter,
        program_name: PathBuf,
        times: Times,
    ) -> Tree {
        Tree { region, init: Arc::new(init), lifeline, main_pid: -1, program_name, times, reaped: false }
    }

    /// When its set-up came how far.
    pub(crate) fn times(&self) -> Times {
        self.times
    }

    /// Says which process is the sandboxee.
    pub(super) fn set_main(&mut self, main: &OwnedFd) -> Result<(), SetupError> {
        self.main_pid = pid_of(main).map_err(|Errno(errno)| match errno {
            libc::ESRCH => main_has_ended(),
            _ => hint::explain(SetupError::new(Stage::Listener, Some(errno))),
        })?;
        Ok(())
    }

    /// Sets a limit of the sandboxee from outside.
    pub(super) fn set_limit(&self, main: &OwnedFd, limit: LimitOp) -> Result<(), SetupError> {
        let failed = |Errno(errno)| {
            if errno == libc::ESRCH {
                return main_has_ended();
            }
            let name = Limits::name_of(limit.resource).unwrap_or("a limit");
            hint::explain(SetupError::new(Stage::Limits, Some(errno)).with_what(name))
        };
        let wanted = Rlimit { soft: limit.value, hard: limit.value };
        let set = match calls::set_limit_of(self.main_pid, limit.resource, wanted) {
            Err(Errno(libc::EPERM)) if !limit.exact => {
                calls::get_limit_of(self.main_pid, limit.resource).and_then(|had| {
                    // Never more than what was to be the limit.
                    let lower = had.hard.min(limit.value);
                    calls::set_limit_of(self.main_pid, limit.resource, Rlimit { soft: lower, hard: lower })
                })
            }
            set => set,
        };
        set.map_err(failed)?;
        // As it lives now, it lived then, and the number was its own.
        match has_ended(main, Duration::ZERO) {
            Ok(false) => Ok(()),
            Ok(true) => Err(main_has_ended()),
            Err(Errno(errno)) => Err(SetupError::new(Stage::Wait, Some(errno))),
        }
    }

    /// Whether the sandboxee is a process of this sandbox, and will end with it.
    ///
    /// # Errors
    /// If that cannot be found out, or the sandbox has ended.
    pub(super) fn contains_main(&self) -> Result<bool, SetupError> {
        let namespace = |pid: libc::pid_t| {
            std::fs::read_link(format!("/proc/{pid}/ns/pid")).map_err(|error| match error.raw_os_error() {
                _ if has_ended(&self.init, Duration::ZERO) == Ok(true) => killed(),
                Some(libc::ENOENT | libc::ESRCH) => main_has_ended(),
                errno => SetupError::new(Stage::Wait, errno).with_what("looking for the sandboxee in the sandbox"),
            })
        };
        let init = pid_of(&self.init).map_err(|Errno(errno)| SetupError::new(Stage::Wait, Some(errno)))?;
        Ok(namespace(init)? == namespace(self.main_pid)?)
    }

    /// How the sandboxee has ended, if init has told; it has a moment to.
    pub(super) fn ended_by_itself(&self) -> Option<i32> {
        let _ = calls::readable(self.init.as_raw_fd(), DYING);
        let shared = self.region.shared();
        (shared.ended.load(Acquire) == 1).then(|| shared.wait_status.load(Relaxed))
    }

    /// Which step has failed in the sandbox's processes, if one has.
    pub(super) fn failed_step(&self) -> Option<Failure> {
        self.region.shared().failure()
    }

    /// What has failed in the sandbox's processes, if something has.
    pub(super) fn failure(&self) -> Option<SetupError> {
        self.failed_step().map(|failure| {
            let what = match failure.stage {
                Stage::Fork => hint::fork_step(failure.detail),
                _ => self.program_name.display().to_string(),
            };
            hint::explain(
                SetupError::new(failure.stage, (failure.errno.0 != 0).then_some(failure.errno.0)).with_what(what),
            )
        })
    }

    /// A pidfd that is readable once the whole sandbox is gone.
    pub(crate) fn init(&self) -> BorrowedFd<'_> {
        self.init.as_fd()
    }

    /// The sandboxee's process id, as the host sees it. For telling notifications apart, never for signals.
    pub(crate) fn main_pid(&self) -> libc::pid_t {
        self.main_pid
    }

    /// Whether the program is in its place (or the sandboxee is dead already): the bootstrap exec cannot fail any more.
    /// Looks at memory only; no system call.
    pub(crate) fn has_left_launcher(&self) -> bool {
        self.region.shared().in_launcher.load(Acquire) == 0
    }

    /// Lets a sandboxee that waits for whoever traces it go on.
    pub(super) fn set_traced(&self) {
        let word = &self.region.shared().traced;
        word.store(1, Release);
        calls::futex_wake(word);
    }

    /// Whether a step of the launch has failed, the bootstrap exec included.
    pub(crate) fn has_failed(&self) -> bool {
        self.region.shared().failure().is_some()
    }

    /// Waits for that, at most so long. A signal may end the wait early.
    pub(crate) fn wait_left_launcher(&self, wait: Duration) -> bool {
        let word = &self.region.shared().in_launcher;
        let value = word.load(Acquire);
        if value != 0 {
            let _ = calls::futex_wait(word, value, wait);
        }
        self.has_left_launcher()
    }

    /// Whether a notified call can be interrupted by nothing but a fatal signal (Linux 5.19).
    pub(crate) fn waits_killably(&self) -> bool {
        self.region.shared().killable.load(Relaxed) == 1
    }

    /// Kills every process of the sandbox. It is gone once [`init`](Self::init) is readable.
    ///
    /// # Errors
    /// If there is no way to do it.
    pub(crate) fn kill(&self) -> sys::Result<()> {
        match calls::pidfd_send_signal(self.init.as_raw_fd(), libc::SIGKILL) {
            // It has ended by itself.
            Ok(()) | Err(Errno(libc::ESRCH)) => Ok(()),
            // The host has become another user since the launch; init itself is still asked.
            Err(errno) => match (&self.lifeline).write_all(b"x") {
                Ok(()) => Ok(()),
                // Init alone has the other end: it is ending.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
                Err(_) => Err(errno),
            },
        }
    }

    /// Waits until the sandbox is gone, and says how it ended.
    pub(crate) fn finish(mut self) -> Ended {
        let whole = reap(&self.init);
        self.reaped = true;
        let shared = self.region.shared();
        let ended = shared.ended.load(Acquire) == 1;
        let setup_failure = self.failure();
        let usage = if ended {
            let duration = |microseconds: i64| Duration::from_micros(microseconds.max(0).cast_unsigned());
            Usage {
                user: duration(shared.user_us.load(Relaxed)),
                system: duration(shared.system_us.load(Relaxed)),
                max_rss: bytes(shared.max_rss_kib.load(Relaxed)),
            }
        } else {
            whole.map_or_else(Usage::default, |usage| Usage {
                user: duration(usage.user),
                system: duration(usage.system),
                max_rss: bytes(usage.max_rss_kib),
            })
        };
        Ended { main_status: ended.then(|| shared.wait_status.load(Relaxed)), setup_failure, usage }
    }
}

fn bytes(kib: i64) -> u64 {
    kib.max(0).cast_unsigned().saturating_mul(1024)
}

fn duration([seconds, microseconds]: [i64; 2]) -> Duration {
    let seconds = Duration::from_secs(seconds.max(0).cast_unsigned());
    seconds + Duration::from_micros(microseconds.max(0).cast_unsigned())
}

impl Drop for Tree {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = self.kill();
            reap(&self.init);
        }
    }
}
