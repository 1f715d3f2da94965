//! The facade: an executor and a policy, run to an outcome.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::{SetupError, Stage};
use crate::executor::Executor;
use crate::handlers::Handlers;
use crate::monitor;
use crate::monitor::control::{Control, Start};
use crate::monitor::job::Job;
use crate::observer::Observer;
use crate::outcome::Monitor;
use crate::outcome::{Outcome, Status, Usage};
use crate::policy::Policy;

/// A program and the policy that it runs under.
///
/// [`run`](Self::run) runs it on the calling thread. [`run_async`](Self::run_async) runs it on a thread of its own, so that
/// the host can talk to it meanwhile, kill it or give it another deadline.
///
/// A sandboxee never outlives its host: it is killed, with everything that it started, when the last of its `Sandbox2` and
/// [`Running`] is dropped, and by the kernel when the host dies.
///
/// # Examples
/// ```no_run
/// use sandbox2::{Executor, Policy, Sandbox2};
///
/// # fn example(policy: &Policy) -> Result<(), Box<dyn std::error::Error>> {
/// // Synchronously:
/// let outcome = Sandbox2::new(Executor::new("/bin/tool", ["tool"]), policy).run();
/// println!("Final execution status: {outcome}");
///
/// // Asynchronously:
/// let mut s2 = Sandbox2::new(Executor::new("/bin/tool", ["tool"]), policy);
/// if s2.run_async().is_ok() {
///     // … communicate with the sandboxee, use s2.kill() to kill it if needed …
/// }
/// let outcome = s2.await_result();
/// println!("Final execution status: {outcome}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox2 {
    state: State,
}

#[derive(Debug)]
enum State {
    Ready(Box<Ready>),
    Started(Running),
    /// It could not be started.
    Failed(Box<Outcome>),
    /// Only while one of the others is being made.
    Moved,
}

/// What is to be run.
struct Ready {
    executor: Executor,
    policy: Policy,
    handlers: Handlers,
    observer: Option<Arc<dyn Observer>>,
    monitor: Option<Monitor>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

impl Ready {
    fn into_job(self) -> Result<Job, SetupError> {
        let spec = self.executor.into_spec(&self.policy)?;
        Ok(Job { spec, policy: self.policy, handlers: self.handlers, observer: self.observer, monitor: self.monitor })
    }
}

impl Sandbox2 {
    /// How it is supervised.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Sandbox2 {
        if let State::Ready(ready) = &mut self.state {
            ready.monitor = Some(monitor);
        }
        self
    }

    /// What decides about `NOTIFY`.
    #[must_use]
    pub fn handlers(mut self, handlers: Handlers) -> Sandbox2 {
        if let State::Ready(ready) = &mut self.state {
            ready.handlers = handlers;
        }
        self
    }

    /// Who hears of it.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Sandbox2 {
        if let State::Ready(ready) = &mut self.state {
            ready.observer = Some(observer);
        }
        self
    }

    /// `executor`'s program under `policy`: a `&'static Policy` that `policy!` made, or one by value.
    pub fn new(executor: Executor, policy: impl Into<Policy>) -> Sandbox2 {
        let ready = Ready { executor, policy: policy.into(), handlers: Handlers::new(), observer: None, monitor: None };
        Sandbox2 { state: State::Ready(Box::new(ready)) }
    }

    /// Runs to the end, supervising on the calling thread.
    pub fn run(self) -> Outcome {
        match self.state {
            State::Ready(ready) => {
                let name = ready.executor.name().to_string_lossy().into_owned();
                let run = || {
                    let job = ready.into_job()?;
                    let control = Control::new(false)?;
                    Ok(monitor::run(job, &control))
                };
                run().unwrap_or_else(|error| not_started(name, error))
            }
            State::Started(running) => running.await_result(),
            State::Failed(outcome) => *outcome,
            State::Moved => moved(),
        }
    }

    /// Starts it on a thread of its own, and returns once the program runs under its policy.
    ///
    /// A program that [sandboxes itself](crate::Executor::sandbox_before_exec) runs before that: this returns when it has. What it
    /// waits for until then must have been sent before, or be sent by another thread.
    ///
    /// The thread that calls this may end: what supervises is another. Called again, it changes nothing and gives the same
    /// result.
    ///
    /// # Errors
    /// If the sandbox could not be set up or the program could not be executed. [`await_result`](Self::await_result) then
    /// gives the same error as an outcome.
    pub fn run_async(&mut self) -> Result<Running, SetupError> {
        self.start();
        match &self.state {
            State::Started(running) => match running.inner.control.started() {
                Start::Done => Ok(running.clone()),
                Start::Failed(error) => Err(error),
            },
            State::Failed(outcome) => match &outcome.status {
                Status::SetupFailed(error) => Err(error.clone()),
                _ => Err(SetupError::new(Stage::Plan, None)),
            },
            State::Ready(_) | State::Moved => Err(SetupError::new(Stage::Plan, None)),
        }
    }

    /// Waits for the end. If it was not started yet, it is started first.
    pub fn await_result(&mut self) -> Outcome {
        self.start();
        match &self.state {
            State::Started(running) => running.await_result(),
            State::Failed(outcome) => outcome.as_ref().clone(),
            State::Ready(_) | State::Moved => moved(),
        }
    }

    /// Waits for the end, at most that long; the sandboxee goes on if it takes longer. If it was not started yet, it is
    /// started first.
    ///
    /// # Errors
    /// [`StillRunning`] if it has not ended by then.
    #[doc(alias = "await_result_with_timeout")]
    pub fn await_result_timeout(&mut self, timeout: Duration) -> Result<Outcome, StillRunning> {
        self.start();
        match &self.state {
            State::Started(running) => running.await_result_timeout(timeout),
            State::Failed(outcome) => Ok(outcome.as_ref().clone()),
            State::Ready(_) | State::Moved => Ok(moved()),
        }
    }

    /// Kills it, if it runs: see [`Running::kill`].
    pub fn kill(&self) {
        if let Some(running) = self.running() {
            running.kill();
        }
    }

    /// Gives it another deadline, if it runs: see [`Running::set_walltime_limit`].
    pub fn set_walltime_limit(&self, limit: impl Into<Option<Duration>>) {
        if let Some(running) = self.running() {
            running.set_walltime_limit(limit);
        }
    }

    /// Whether it has ended; false if it was never started.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        match &self.state {
            State::Started(running) => running.is_terminated(),
            State::Failed(_) => true,
            State::Ready(_) | State::Moved => false,
        }
    }

    /// The sandboxee's process id in the host's numbering, once it runs. See [`Running::pid`].
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running().and_then(Running::pid)
    }

    fn running(&self) -> Option<&Running> {
        match &self.state {
            State::Started(running) => Some(running),
            _ => None,
        }
    }

    fn start(&mut self) {
        if !matches!(self.state, State::Ready(_)) {
            return;
        }
        if let State::Ready(ready) = std::mem::replace(&mut self.state, State::Moved) {
            let name = ready.executor.name().to_string_lossy().into_owned();
            let started = ready.into_job().and_then(|job| Running::start(job, name.clone()));
            self.state = match started {
                Ok(running) => State::Started(running),
                Err(error) => State::Failed(Box::new(not_started(name, error))),
            };
        }
    }
}

fn not_started(program: String, error: SetupError) -> Outcome {
    Outcome::new(program, Status::SetupFailed(error), Usage::default())
}

/// For a state that nobody can see.
fn moved() -> Outcome {
    let what = "the sandbox was lost while it was being started".to_owned();
    Outcome::new(String::new(), Status::InternalError { what }, Usage::default())
}

/// A sandboxee that was started: what any thread can do with it.
///
/// Clones are the same sandboxee; it is killed when the last of them, and the [`Sandbox2`] that it came from, are dropped.
#[derive(Clone, Debug)]
pub struct Running {
    inner: Arc<Supervised>,
}

/// Kills and reaps on drop.
#[derive(Debug)]
struct Supervised {
    control: Arc<Control>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.control.kill();
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // If it panicked, it has reported that as its outcome.
            let _ = thread.join();
        }
    }
}

/// Sees to it that waiting for an outcome always ends, even if the supervising thread panics.
struct LastWord {
    control: Arc<Control>,
    program: String,
}

impl Drop for LastWord {
    fn drop(&mut self) {
        // Dropping what it supervised has killed the sandboxee. Nothing changes if there is an outcome already.
        let what = "the supervising thread panicked".to_owned();
        let program = std::mem::take(&mut self.program);
        self.control.announce_outcome(Outcome::new(program, Status::InternalError { what }, Usage::default()));
    }
}

impl Running {
    fn start(job: Job, program: String) -> Result<Running, SetupError> {
        let control = Arc::new(Control::new(true)?);
        let last_word = LastWord { control: Arc::clone(&control), program };
        // Launched and supervised on one thread: the kernel ties the sandbox to the life of the thread that made it.
        let thread = std::thread::Builder::new().name("sandbox2".to_owned()).spawn(move || {
            let outcome = monitor::run(job, &last_word.control);
            last_word.control.announce_outcome(outcome);
        });
        let thread = thread.map_err(|error| {
            SetupError::new(Stage::Plan, error.raw_os_error()).with_what("a thread to supervise the sandboxee")
        })?;
        Ok(Running { inner: Arc::new(Supervised { control, thread: Mutex::new(Some(thread)) }) })
    }

    /// Waits for the end.
    pub fn await_result(&self) -> Outcome {
        self.inner.control.ended(None).unwrap_or_else(moved)
    }

    /// Waits for the end, at most that long; the sandboxee goes on if it takes longer.
    ///
    /// # Errors
    /// [`StillRunning`] if it has not ended by then.
    pub fn await_result_timeout(&self, timeout: Duration) -> Result<Outcome, StillRunning> {
        self.inner.control.ended(Some(timeout)).ok_or(StillRunning)
    }

    /// Asks for the end of the sandboxee and everything that it started; does not wait for it. The outcome is then
    /// [`Status::Killed`], unless it had ended by then.
    pub fn kill(&self) {
        self.inner.control.kill();
    }

    /// Replaces the wall time limit by one that counts from now; `None` or zero: no limit.
    pub fn set_walltime_limit(&self, limit: impl Into<Option<Duration>>) {
        self.inner.control.set_limit(limit.into());
    }

    /// Whether it has ended, and its outcome is there.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.inner.control.outcome().is_some()
    }

    /// The sandboxee's process id in the host's numbering; `None` if it never ran.
    ///
    /// For messages. The sandboxee is reaped inside of its sandbox, so that by the time it is used the number can be another
    /// process's: to end the sandboxee use [`kill`](Self::kill).
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.inner.control.pid()
    }
}

/// The sandboxee has not ended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sandboxee is still running")]
pub struct StillRunning;
