//! From a plan to processes: init, locked up, and the sandboxee, ready for what comes next.

use std::io::PipeWriter;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::time::{Duration, Instant};

use super::tree::{self, Times, Tree};
use super::unfiltered::{self, ENDED_FIRST};
use super::{LaunchSpec, Start, hint, plan};
use crate::error::{SetupError, Stage};
use crate::mounts;
use crate::namespace::Namespaces;
use crate::sys::child::{self, Begin, FILTER_NEXT, Failure};
use crate::sys::region::Region;
use crate::sys::{Errno, calls};

/// How long the child may take to get ready. Nothing in it waits for anybody, so only a file system that hangs gets here.
const SETUP_DEADLINE: Duration = Duration::from_secs(10);

/// How long to wait for the filter without letting go of the processor.
const SPIN: Duration = Duration::from_micros(100);

/// What was set up.
pub(super) struct Ready {
    pub(super) tree: Tree,
    /// A pidfd of the sandboxee.
    pub(super) main: OwnedFd,
    /// The number of the listener in the sandboxee, if it has one.
    pub(super) listener: RawFd,
}

/// Makes the processes of the sandbox.
///
/// # Errors
/// The first step that failed; then nothing is left.
pub(super) fn set_up(spec: &mut LaunchSpec, mut preparation: plan::Preparation) -> Result<Ready, SetupError> {
    let files = mounts::resolve(&spec.mounts)?;
    let at = |stage| move |Errno(errno)| hint::explain(SetupError::new(stage, Some(errno)));
    let arena = plan::arena_size(spec, &files);
    let (region, memory) = match &spec.server {
        None => (Region::new(arena).map_err(at(Stage::Plan))?, None),
        Some(_) => Region::shareable(arena).map(|(region, memory)| (region, Some(memory))).map_err(at(Stage::Plan))?,
    };
    let host = calls::pidfd_open_self().map_err(at(Stage::Plan))?;
    let (lifeline, host_end) = pipe("a pipe that ties the sandbox to its host")?;
    let watched = (preparation.numbers.of(host.as_raw_fd()), preparation.numbers.of(lifeline.as_raw_fd()));
    let plan = plan::lay_out(&region, spec, &files, &preparation, watched).map_err(at(Stage::Plan))?;
    let planned = Instant::now();
    let namespaces = Namespaces::new(spec.network).flags();
    let (init, restored) = match (&spec.server, &memory) {
        (Some(server), Some(memory)) => {
            (server.clone_init(plan, namespaces, &region, memory, preparation.numbers.passed())?, Ok(0))
        }
        _ => {
            // No signal handler of the host's may run in the child.
            let mask = calls::signal_mask(u64::MAX).map_err(at(Stage::Namespaces))?;
            let cloned = child::clone_init(plan, namespaces, region.stack(0));
            let restored = calls::signal_mask(mask);
            (cloned.map_err(at(Stage::Namespaces))?, restored)
        }
    };
    let times = Times { planned, cloned: Instant::now() };
    drop((host, lifeline, memory));

    let setup = Setup { made: Some((init, host_end)), spec, files: &files, region: &region };
    // Not before there is somebody to end init.
    restored.map_err(at(Stage::Namespaces))?;
    let listener = setup.wait(preparation.begin)?;
    let (init, host_end, main) = setup.take()?;
    let mut tree = Tree::new(region, init, host_end, spec.program_name.clone(), times);
    if let Err(error) = tree.set_main(&main) {
        // Why it has ended says more; a program that is not filtered yet need not have been waited for.
        let failed = tree.failed_step().map(|failure| explain(failure, spec, &files));
        let ended = || matches!(spec.start, Start::Unfiltered(..)).then(|| tree.ended_by_itself()).flatten();
        return Err(failed.or_else(|| ended().map(ended_before)).unwrap_or(error));
    }
    Ok(Ready { tree, main, listener })
}

/// The failure in words.
fn explain(failure: Failure, spec: &LaunchSpec, files: &mounts::FileSystem) -> SetupError {
    let error = SetupError::new(failure.stage, Some(failure.errno.0));
    let error = match hint::subject(failure, spec, files) {
        Some(what) => error.with_what(what),
        None => error,
    };
    hint::explain(error)
}

/// What to say of a program that has ended with that status before it was looked at.
fn ended_before(status: i32) -> SetupError {
    unfiltered::with_end(unfiltered::not_sandboxed(ENDED_FIRST), status)
}

/// A pipe: reading and writing end.
pub(super) fn pipe(what: &str) -> Result<(std::io::PipeReader, std::io::PipeWriter), SetupError> {
    std::io::pipe().map_err(|error| SetupError::new(Stage::Plan, error.raw_os_error()).with_what(what))
}

/// A child that is being set up; dropping it before [`Setup::take`] has succeeded kills and reaps it.
struct Setup<'a> {
    /// Init, and the host's end of its lifeline.
    made: Option<(OwnedFd, PipeWriter)>,
    spec: &'a LaunchSpec,
    files: &'a mounts::FileSystem,
    region: &'a Region,
}

impl Setup<'_> {
    fn init(&self) -> RawFd {
        self.made.as_ref().map_or(-1, |(init, _)| init.as_raw_fd())
    }

    /// Waits until init is locked up, and the sandboxee has its filter, or its namespaces; the listener's number in the sandboxee, if
    /// it has one.
    fn wait(&self, begin: Begin) -> Result<RawFd, SetupError> {
        let shared = self.region.shared();
        let start = Instant::now();
        let mut filter_next = None;
        loop {
            if let Some(failure) = shared.failure() {
                return Err(self.explain(failure));
            }
            let listener = shared.listener.load(Acquire);
            let ready = match begin {
                Begin::Filtered => listener >= 0,
                Begin::Traced => shared.traceable.load(Acquire) == 1,
                Begin::Unfiltered => true,
                Begin::Held { .. } => shared.held.load(Acquire) == 1,
            };
            if ready && shared.locked.load(Acquire) == 1 {
                return Ok(listener);
            }
            // Init does not reap whoever keeps the namespaces before the sandboxee is born.
            if matches!(begin, Begin::Held { .. }) && !ready && shared.in_launcher.load(Acquire) == 0 {
                return Err(self.vanished());
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

    /// Takes the sandboxee's pidfd out of init.
    fn take(mut self) -> Result<(OwnedFd, PipeWriter, OwnedFd), SetupError> {
        let at = |Errno(errno)| hint::explain(SetupError::new(Stage::Listener, Some(errno)));
        let main_number = self.region.shared().main_pidfd.load(Acquire);
        let main = match calls::pidfd_getfd(self.init(), main_number) {
            Ok(main) => main,
            // What is ending has no descriptors any more (EBADF before Linux 6.9).
            Err(Errno(libc::ESRCH | libc::EBADF)) => return Err(self.vanished()),
            Err(errno) => return Err(self.ended_first().unwrap_or_else(|| at(errno))),
        };
        match self.made.take() {
            Some((init, host_end)) => Ok((init, host_end, main)),
            None => Err(SetupError::new(Stage::Wait, None)),
        }
    }

    /// What to say of a child that is gone without a word.
    fn vanished(&self) -> SetupError {
        // It may have spoken just before.
        if let Some(failure) = self.region.shared().failure() {
            return self.explain(failure);
        }
        self.ended_first().unwrap_or_else(tree::killed)
    }

    /// What to say of a program that has run, and ended, before it was looked at.
    fn ended_first(&self) -> Option<SetupError> {
        if !matches!(self.spec.start, Start::Unfiltered(..)) {
            return None;
        }
        // Init has reaped it, and is about to say so and to end.
        let _ = calls::readable(self.init(), tree::DYING);
        let shared = self.region.shared();
        (shared.ended.load(Acquire) == 1).then(|| ended_before(shared.wait_status.load(Relaxed)))
    }

    fn explain(&self, failure: Failure) -> SetupError {
        explain(failure, self.spec, self.files)
    }
}

impl Drop for Setup<'_> {
    fn drop(&mut self) {
        if let Some((init, host_end)) = self.made.take() {
            // A host that may not kill init, since it has become another user, is heard like this.
            drop(host_end);
            tree::end(&init);
        }
    }
}
