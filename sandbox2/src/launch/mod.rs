//! Starting a sandboxee: from a [`LaunchSpec`] to a [`Launched`] that waits, filter installed, in its bootstrap exec.
//!
//! Everything is prepared here, in the host; [`crate::sys::child`] carries it out without allocating. What is launched is
//! somebody else's to supervise: the monitor answers the first notification, and from then on the policy rules.

mod hint;
mod plan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ffi::CString;
use std::io::{PipeWriter, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::PathBuf;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::{Duration, Instant};

use sandbox2_policy::insn::Insn;
use sandbox2_policy::surroundings::{Mount, Network};

use crate::error::{SetupError, Stage};
use crate::limits::Limits;
use crate::mounts;
use crate::namespace::Namespaces;
use crate::sys::abi::Rlimit;
use crate::sys::child::{self, FILTER_NEXT, Failure, LimitOp};
use crate::sys::region::Region;
use crate::sys::{self, Errno, calls};

/// How long the child may take to get ready. Nothing in it waits for anybody, so only a file system that hangs gets here.
const SETUP_DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait for the filter without letting go of the processor.
const SPIN: Duration = Duration::from_micros(100);

/// What to launch, and in what.
#[derive(Debug)]
pub(crate) struct LaunchSpec {
    /// The program, opened by the host (`O_PATH` is enough) with close-on-exec.
    pub(crate) program: OwnedFd,
    /// What to call it in messages.
    pub(crate) program_name: PathBuf,
    pub(crate) argv: Vec<CString>,
    pub(crate) envp: Vec<CString>,
    /// The working directory inside; `None`: `/`.
    pub(crate) cwd: Option<CString>,
    /// Descriptors of the host's and their numbers inside. 0, 1 and 2 are closed unless they are here.
    pub(crate) fds: Vec<(OwnedFd, RawFd)>,
    pub(crate) limits: Limits,
    /// The supervised program: it must ask the listener about the bootstrap `execveat`.
    pub(crate) filter: Cow<'static, [Insn]>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) hostname: String,
    pub(crate) network: Network,
}

/// A sandboxee that waits in its bootstrap exec for the listener's answer, or runs, or has ended.
///
/// Dropping it kills the whole sandbox and waits until it is gone.
#[derive(Debug)]
pub(crate) struct Launched {
    region: Region,
    init: OwnedFd,
    listener: OwnedFd,
    /// Init ends the sandbox when something is written to it, or when the host closes it.
    lifeline: PipeWriter,
    main_pid: libc::pid_t,
    program_name: PathBuf,
    reaped: bool,
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

/// Launches `spec`, on the thread that will supervise: when that thread ends, the sandbox is killed.
///
/// # Errors
/// The first step that failed. Then nothing ran, and no process, mount or descriptor is left.
pub(crate) fn launch(spec: LaunchSpec) -> Result<Launched, SetupError> {
    let files = mounts::resolve(&spec.mounts)?;
    let fds: Vec<_> = spec.fds.iter().map(|(from, to)| (from.as_raw_fd(), *to)).collect();
    let descriptors = plan::Descriptors::plan(&fds, spec.program.as_raw_fd())?;
    let writable_program = plan::writable_program(spec.program.as_raw_fd())?;
    let (limits, late_limit) = plan::limits(&spec.limits, descriptors.first_free);
    let at = |stage| move |Errno(errno)| hint::explain(SetupError::new(stage, Some(errno)));
    let region = Region::new(plan::arena_size(&spec, &files)).map_err(at(Stage::Plan))?;
    let host = calls::pidfd_open_self().map_err(at(Stage::Plan))?;
    let writable_program = writable_program.as_ref();
    let (lifeline, host_end) = std::io::pipe().map_err(|error| {
        SetupError::new(Stage::Plan, error.raw_os_error()).with_what("a pipe that ties the sandbox to its host")
    })?;
    let watched = (host.as_raw_fd(), lifeline.as_raw_fd());
    let plan = plan::lay_out(&region, &spec, &files, &descriptors, &limits, writable_program, watched)
        .map_err(at(Stage::Plan))?;

    // No signal handler of the host's may run in the child.
    let mask = calls::signal_mask(u64::MAX).map_err(at(Stage::Namespaces))?;
    let cloned = child::clone_init(plan, Namespaces::new(spec.network).flags(), region.stack(0));
    calls::signal_mask(mask).map_err(at(Stage::Namespaces))?;
    let init = cloned.map_err(at(Stage::Namespaces))?;
    drop((host, lifeline));

    let setup = Setup { init: Some(init), spec: &spec, files: &files, region: &region };
    let handover = setup.wait()?;
    let (init, listener, main_pid) = setup.take(handover, late_limit)?;
    let program_name = spec.program_name;
    Ok(Launched { region, init, listener, lifeline: host_end, main_pid, program_name, reaped: false })
}

/// A child that is being set up; dropping it before [`Setup::take`] has succeeded kills and reaps it.
struct Setup<'a> {
    init: Option<OwnedFd>,
    spec: &'a LaunchSpec,
    files: &'a mounts::FileSystem,
    region: &'a Region,
}

impl Setup<'_> {
    fn init(&self) -> RawFd {
        self.init.as_ref().map_or(-1, AsRawFd::as_raw_fd)
    }

    /// Waits until the sandboxee has its filter and init is locked up; the listener's number in the sandboxee.
    fn wait(&self) -> Result<RawFd, SetupError> {
        let shared = self.region.shared();
        let start = Instant::now();
        let mut filter_next = None;
        loop {
            if let Some(failure) = shared.failure() {
                return Err(self.explain(failure));
            }
            let listener = shared.listener.load(Acquire);
            if listener >= 0 && shared.locked.load(Acquire) == 1 {
                return Ok(listener);
            }
            let wait = if shared.progress.load(Acquire) < FILTER_NEXT {
                // Whoever fails says so and wakes us; the time is for a child that dies silently.
                let _ = calls::futex_wait(&shared.progress, 0, Duration::from_millis(20));
                Duration::ZERO
            } else if filter_next.get_or_insert_with(Instant::now).elapsed() < SPIN {
                // The filter is being installed. Nobody can wake us after that, and it is a matter of microseconds.
                std::hint::spin_loop();
                continue;
            } else {
                // It is not, on a machine that has other things to do: let it. (`sched_yield` would, too, but for a whole
                // time slice.)
                Duration::from_micros(20)
            };
            if calls::readable(self.init(), wait).unwrap_or(false) {
                return Err(self.vanished());
            }
            if start.elapsed() > SETUP_DEADLINE {
                return Err(SetupError::new(Stage::Wait, Some(libc::ETIMEDOUT))
                    .with_hint(Some("a file system that does not answer may be among the mounts")));
            }
        }
    }

    /// Takes the descriptors out of the child.
    fn take(
        mut self,
        listener: RawFd,
        late_limit: Option<LimitOp>,
    ) -> Result<(OwnedFd, OwnedFd, libc::pid_t), SetupError> {
        let at = |Errno(errno)| hint::explain(SetupError::new(Stage::Listener, Some(errno)));
        let main_number = self.region.shared().main_pidfd.load(Acquire);
        let main = calls::pidfd_getfd(self.init(), main_number).map_err(at)?;
        let listener = calls::pidfd_getfd(main.as_raw_fd(), listener).map_err(at)?;
        if !calls::is_listener(listener.as_raw_fd()) {
            return Err(SetupError::new(Stage::Listener, Some(libc::EBADF)));
        }
        let main_pid = pid_of(&main).map_err(at)?;
        if let Some(LimitOp { resource, value, .. }) = late_limit {
            let limit = Rlimit { soft: value, hard: value };
            let failed =
                |Errno(errno)| hint::explain(SetupError::new(Stage::Limits, Some(errno)).with_what("open files"));
            calls::set_limit_of(main_pid, resource, limit).map_err(failed)?;
            // As it lives now, it lived then, and the number was its own.
            if calls::readable(main.as_raw_fd(), Duration::ZERO).map_err(at)? {
                return Err(self.vanished());
            }
        }
        match self.init.take() {
            Some(init) => Ok((init, listener, main_pid)),
            None => Err(SetupError::new(Stage::Wait, None)),
        }
    }

    /// What to say of a child that is gone without a word.
    fn vanished(&self) -> SetupError {
        // It may have spoken just before.
        if let Some(failure) = self.region.shared().failure() {
            return self.explain(failure);
        }
        SetupError::new(Stage::Wait, Some(libc::ESRCH))
            .with_what("it was killed")
            .with_hint(Some("the system may have run out of memory, or somebody killed it"))
    }

    /// The failure in words.
    fn explain(&self, failure: Failure) -> SetupError {
        let error = SetupError::new(failure.stage, Some(failure.errno.0));
        let error = match hint::subject(failure, self.spec, self.files) {
            Some(what) => error.with_what(what),
            None => error,
        };
        hint::explain(error)
    }
}

impl Drop for Setup<'_> {
    fn drop(&mut self) {
        if let Some(init) = &self.init {
            end(init);
        }
    }
}

/// Kills the sandbox of `init` and waits until nothing of it is left; what it used.
fn end(init: &OwnedFd) -> Option<sys::abi::Rusage> {
    // ESRCH: it has ended by itself.
    let _ = calls::pidfd_send_signal(init.as_raw_fd(), libc::SIGKILL);
    reap(init)
}

fn reap(init: &OwnedFd) -> Option<sys::abi::Rusage> {
    loop {
        match calls::wait_pidfd(init.as_raw_fd()) {
            Ok((_, usage)) => return Some(usage),
            Err(Errno(libc::EINTR)) => {}
            // ECHILD: the host itself reaped it, by a wait for just any child.
            Err(_) => return None,
        }
    }
}

/// The process id behind a pidfd.
fn pid_of(pidfd: &OwnedFd) -> sys::Result<libc::pid_t> {
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

impl Launched {
    /// The seccomp listener.
    pub(crate) fn listener(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
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

    #[cfg_attr(not(test), expect(dead_code, reason = "for the report of what is in force"))]
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
            Err(errno) => (&self.lifeline).write_all(b"x").map_err(|_| errno),
        }
    }

    /// Waits until the sandbox is gone, and says how it ended.
    pub(crate) fn finish(mut self) -> Ended {
        let whole = reap(&self.init);
        self.reaped = true;
        let shared = self.region.shared();
        let ended = shared.ended.load(Acquire) == 1;
        let setup_failure = shared.failure().map(|failure| {
            let error = SetupError::new(failure.stage, Some(failure.errno.0));
            hint::explain(error.with_what(self.program_name.display().to_string()))
        });
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

impl Drop for Launched {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = self.kill();
            reap(&self.init);
        }
    }
}
