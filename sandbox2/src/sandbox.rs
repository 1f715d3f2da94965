//! The facade: an executor and a policy, run to an outcome.

use std::future::poll_fn;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::error::{SetupError, Stage};
use crate::executor::Executor;
use crate::handlers::Handlers;
use crate::monitor;
use crate::monitor::control::Control;
use crate::monitor::job::Job;
use crate::observer::{self, Observer};
use crate::outcome::{Monitor, Outcome, Status};
use crate::policy::Policy;

/// A program and the policy that it runs under.
///
/// [`run`](Self::run) runs it on the calling thread. [`run_async`](Self::run_async) runs it in the background, so that the host can
/// talk to it meanwhile, kill it or give it another deadline. One thread of the process supervises all that runs in the background.
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

/// What has not been started yet.
struct Ready {
    executor: Executor,
    policy: Policy,
    handlers: Handlers,
    observer: Option<Arc<dyn Observer>>,
    monitor: Option<Monitor>,
    #[cfg(feature = "symbolize")]
    stack_traces: crate::unwind::StackTraces,
    /// Readable once whoever starts it does not want it any more.
    unwanted: Option<Arc<OwnedFd>>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").field("executor", &self.executor).field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Ready {
    fn into_job(self) -> Result<Job, SetupError> {
        let spec = self.executor.into_spec(&self.policy)?;
        #[cfg(feature = "symbolize")]
        let stacks = self
            .stack_traces
            .is_on()
            .then(|| monitor::Stacks { options: self.stack_traces, symbolizer: Arc::new(crate::symbolizer::Worker) });
        #[cfg(not(feature = "symbolize"))]
        let stacks = None;
        let Ready { policy, handlers, observer, monitor, unwanted, .. } = self;
        Ok(Job { spec, policy, handlers, observer, monitor, stacks, unwanted })
    }
}

impl Sandbox2 {
    /// `executor`'s program under `policy`: a `&'static Policy` that `policy!` made, or one by value.
    pub fn new(executor: Executor, policy: impl Into<Policy>) -> Sandbox2 {
        let ready = Ready {
            executor,
            policy: policy.into(),
            handlers: Handlers::new(),
            observer: None,
            monitor: None,
            #[cfg(feature = "symbolize")]
            stack_traces: crate::unwind::StackTraces::off(),
            unwanted: None,
        };
        Sandbox2 { state: State::Ready(Box::new(ready)) }
    }

    /// Has `handlers` decide about the calls that the policy says `NOTIFY` about. Nothing changes once it was started.
    #[must_use]
    pub fn handlers(mut self, handlers: Handlers) -> Sandbox2 {
        if let State::Ready(ready) = &mut self.state {
            ready.handlers = handlers;
        }
        self
    }

    /// Has the outcome tell [stacks](crate::Outcome::stacks), where and when `traces` says; none if this is not called. Nothing changes once
    /// it was started.
    #[cfg(feature = "symbolize")]
    #[must_use]
    pub fn stack_traces(mut self, traces: crate::StackTraces) -> Sandbox2 {
        if let State::Ready(ready) = &mut self.state {
            ready.stack_traces = traces;
        }
        self
    }

    /// Supervises it by `monitor`, and by no other; if this is not called, by a listener, and by ptrace where there can be none or what was asked
    /// for needs it. The outcome tells which it was. Nothing changes once it was started.
    #[must_use]
    pub fn monitor(mut self, monitor: Monitor) -> Sandbox2 {
        if let State::Ready(ready) = &mut self.state {
            ready.monitor = Some(monitor);
        }
        self
    }

    /// Has `observer` hear of what happens, beside those that do already. Nothing changes once it was started.
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Sandbox2 {
        if let State::Ready(ready) = &mut self.state {
            ready.observer = Some(match ready.observer.take() {
                None => Arc::new(observer),
                Some(first) => Arc::new(observer::Both(first, Arc::new(observer))),
            });
        }
        self
    }

    /// Has its start given up once that is readable.
    #[cfg(feature = "tokio")]
    pub(crate) fn unless(&mut self, unwanted: Arc<OwnedFd>) {
        if let State::Ready(ready) = &mut self.state {
            ready.unwanted = Some(unwanted);
        }
    }

    /// Runs to the end, supervising on the calling thread.
    pub fn run(self) -> Outcome {
        match self.state {
            State::Ready(ready) => {
                let name = ready.executor.name().to_string_lossy().into_owned();
                let (observer, policy) = (ready.observer.clone(), ready.policy.clone());
                match ready.into_job() {
                    Ok(job) => monitor::run(job),
                    Err(error) => monitor::not_started(name, &policy, error, observer.as_deref()),
                }
            }
            State::Started(running) => running.await_result(),
            State::Failed(outcome) => *outcome,
            State::Moved => monitor::lost(),
        }
    }

    /// Starts it in the background, and returns once the program runs under its policy.
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
            State::Started(running) => Ok(running.clone()),
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
            State::Ready(_) | State::Moved => monitor::lost(),
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
            State::Ready(_) | State::Moved => Ok(monitor::lost()),
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
            let (observer, policy) = (ready.observer.clone(), ready.policy.clone());
            let started = match ready.into_job() {
                Ok(job) => monitor::start(job),
                Err(error) => Err(Box::new(monitor::not_started(name, &policy, error, observer.as_deref()))),
            };
            self.state = match started {
                Ok(control) => {
                    State::Started(Running { inner: Arc::new(Supervised { control, waits: AtomicBool::new(true) }) })
                }
                Err(outcome) => State::Failed(outcome),
            };
        }
    }
}

/// A sandboxee that was started: what any thread can do with it.
///
/// Clones are the same sandboxee; it is killed when the last of them, and the [`Sandbox2`] that it came from, are dropped. That drop
/// waits until everything is gone, unless the handle came from the module `tokio`.
#[derive(Clone, Debug)]
pub struct Running {
    inner: Arc<Supervised>,
}

/// Kills on drop.
#[derive(Debug)]
struct Supervised {
    control: Arc<Control>,
    /// Whether a drop waits until everything is gone.
    waits: AtomicBool,
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.control.kill();
        if *self.waits.get_mut() {
            let _ = self.control.ended(None);
        }
    }
}

impl Running {
    /// Waits for the end.
    pub fn await_result(&self) -> Outcome {
        self.inner.control.ended(None).unwrap_or_else(monitor::lost)
    }

    /// Waits for the end, at most that long; the sandboxee goes on if it takes longer.
    ///
    /// # Errors
    /// [`StillRunning`] if it has not ended by then.
    pub fn await_result_timeout(&self, timeout: Duration) -> Result<Outcome, StillRunning> {
        self.inner.control.ended(Some(timeout)).ok_or(StillRunning)
    }

    /// Waits for the end, in any asynchronous runtime. Dropping the future changes nothing.
    pub async fn outcome(&self) -> Outcome {
        let waiter = self.inner.control.waiter();
        poll_fn(|context| waiter.poll(context)).await
    }

    /// Dropping it kills, and waits for nothing.
    #[cfg(feature = "tokio")]
    pub(crate) fn drop_at_once(&self) {
        self.inner.waits.store(false, std::sync::atomic::Ordering::Relaxed);
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

    /// Where its main thread is now, or all threads of its main process, as the [stack traces](Sandbox2::stack_traces) say that were asked for;
    /// it goes on afterwards. Takes some milliseconds, 8 seconds at most.
    ///
    /// What cannot be told is said in [`Stack::error`](crate::Stack::error): that it has ended, or that no stack traces were asked for.
    #[cfg(feature = "symbolize")]
    #[doc(alias = "DumpStackTrace")]
    #[must_use]
    pub fn dump_stack_trace(&self) -> Vec<crate::Stack> {
        self.inner.control.look().unwrap_or_else(|| {
            let error = Some("no stack traces were asked for: Sandbox2::stack_traces".to_owned());
            vec![crate::Stack { error, ..crate::Stack::default() }]
        })
    }

    /// Asks for every process of the sandbox to be stopped; does not wait for it. The wall time limit goes on counting.
    ///
    /// It stops whoever does not mean to get around it: a process whose policy allows it to send signals can continue another.
    #[doc(alias = "SIGSTOP")]
    pub fn pause(&self) {
        self.inner.control.pause(true);
    }

    /// Asks for every process of the sandbox to go on.
    #[doc(alias = "SIGCONT")]
    pub fn resume(&self) {
        self.inner.control.pause(false);
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
