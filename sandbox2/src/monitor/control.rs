//! What those who supervise and those who hold a sandbox tell each other.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::error::{SetupError, Stage};
use crate::outcome::{Outcome, Status, Usage};

/// The bell of a thread that supervises: what is left there, and a descriptor that is readable while something is.
#[derive(Debug)]
pub(crate) struct Bell<T> {
    /// `None`: nobody will ever come.
    messages: Mutex<Option<Vec<T>>>,
    event: EventFd,
}

impl<T> Bell<T> {
    pub(crate) fn new() -> Result<Bell<T>, SetupError> {
        let event = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK).map_err(|errno| {
            SetupError::new(Stage::Plan, Some(errno as i32)).with_what("an event descriptor for the monitor")
        })?;
        Ok(Bell { messages: Mutex::new(Some(Vec::new())), event })
    }

    fn messages(&self) -> MutexGuard<'_, Option<Vec<T>>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a message and rings. If nobody will ever come, the message is dropped.
    pub(crate) fn ring(&self, message: T) {
        let refused = match &mut *self.messages() {
            Some(messages) => {
                messages.push(message);
                None
            }
            None => Some(message),
        };
        // What a message does when it is dropped is not done under the lock.
        if refused.is_some() {
            return;
        }
        // It fails only when the counter is full, and then there is enough to wake up for.
        let _ = self.event.write(1);
    }

    /// Takes what was left; the bell is quiet then.
    pub(crate) fn answer(&self) -> Vec<T> {
        // Nothing to read is no error: one look was enough for two rings.
        let _ = self.event.read();
        self.messages().as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Nobody will come any more: drops what was left, and whatever will be.
    pub(crate) fn close(&self) {
        let left = self.messages().take();
        drop(left);
    }

    /// Whether somebody may still come.
    pub(crate) fn is_open(&self) -> bool {
        self.messages().is_some()
    }
}

impl<T> AsFd for Bell<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}

/// How to reach whoever supervises a sandbox.
pub(crate) trait Attention: Send + Sync + std::fmt::Debug {
    /// Says that there is a request of the sandbox with that key.
    fn call(&self, key: u64);
}

/// One sandbox's switchboard.
pub(crate) struct Control {
    #[cfg(feature = "symbolize")]
    looker: std::sync::OnceLock<Looker>,
    state: Mutex<State>,
    changed: Condvar,
    supervisor: Arc<dyn Attention>,
    key: u64,
    /// Whose sandbox it is: in a copy of the process nobody supervises it.
    process: u32,
}

/// How a sandboxee is looked at that goes on.
#[cfg(feature = "symbolize")]
pub(crate) type Looker = Box<dyn Fn() -> Vec<crate::report::stack::Stack> + Send + Sync>;

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("key", &self.key).field("state", &self.state).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct State {
    killed: bool,
    limit: Option<NewLimit>,
    paused: Option<bool>,
    pid: Option<u32>,
    outcome: Option<Outcome>,
    /// The outcome that is about to be announced, and the thread that tells the observer of it first.
    told: Option<(ThreadId, Outcome)>,
    /// Tasks that wait for the outcome.
    wakers: BTreeMap<u64, Waker>,
    /// What the next of them is known by.
    next_waiter: u64,
}

impl State {
    /// The outcome, or what will be: whoever is told of it must not wait until it has been.
    fn known(&self) -> Option<&Outcome> {
        let told = || self.told.as_ref().filter(|(thread, _)| *thread == thread::current().id());
        self.outcome.as_ref().or_else(|| told().map(|(_, outcome)| outcome))
    }
}

/// A task that waits for an outcome; forgotten when it is dropped.
#[derive(Debug)]
pub(crate) struct Waiter<'control> {
    control: &'control Control,
    number: u64,
}

impl Waiter<'_> {
    /// The outcome, or a promise to wake the task when there is one.
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<Outcome> {
        let waker = context.waker().clone();
        let mut state = self.control.state();
        if let Some(outcome) = state.known() {
            return Poll::Ready(outcome.clone());
        }
        let before = state.wakers.insert(self.number, waker);
        // What that does when it is dropped is not done under the lock.
        drop(state);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let waker = self.control.state().wakers.remove(&self.number);
        drop(waker);
    }
}

/// A wall time limit that was set while the sandbox ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewLimit {
    /// From when it counts.
    pub(crate) since: Instant,
    /// `None`: no limit any more.
    pub(crate) limit: Option<Duration>,
}

/// What the supervising thread is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requests {
    pub(crate) killed: bool,
    pub(crate) limit: Option<NewLimit>,
    /// To stop or to continue.
    pub(crate) paused: Option<bool>,
}

impl Control {
    /// Of the sandbox that `supervisor` knows by `key`.
    pub(crate) fn new(supervisor: Arc<dyn Attention>, key: u64) -> Control {
        Control {
            #[cfg(feature = "symbolize")]
            looker: std::sync::OnceLock::new(),
            state: Mutex::default(),
            changed: Condvar::new(),
            supervisor,
            key,
            process: std::process::id(),
        }
    }

    /// Where its threads are now; `None` if there is nobody who could tell.
    #[cfg(feature = "symbolize")]
    pub(crate) fn look(&self) -> Option<Vec<crate::report::stack::Stack>> {
        self.looker.get().map(|look| look())
    }

    /// Says how it is looked at.
    #[cfg(feature = "symbolize")]
    pub(crate) fn set_looker(&self, looker: Looker) {
        // Whoever was first knows how.
        let _ = self.looker.set(looker);
    }

    /// A thread that panicked while it held the lock has left nothing half-done: every change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // --- for those who hold the sandbox ---

    /// Whether this is a copy of the process whose sandbox it is. Its locks may be held by threads that it does not have.
    fn is_copy(&self) -> bool {
        self.process != std::process::id()
    }

    pub(crate) fn kill(&self) {
        if self.is_copy() {
            return;
        }
        self.state().killed = true;
        self.supervisor.call(self.key);
    }

    pub(crate) fn set_limit(&self, limit: Option<Duration>) {
        self.state().limit = Some(NewLimit { since: Instant::now(), limit });
        self.supervisor.call(self.key);
    }

    pub(crate) fn pause(&self, paused: bool) {
        self.state().paused = Some(paused);
        self.supervisor.call(self.key);
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.state().pid
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.state().known().cloned()
    }

    /// Waits until the program runs, or has an outcome.
    pub(crate) fn started(&self) -> Option<Outcome> {
        let waiting = |state: &mut State| state.pid.is_none() && state.outcome.is_none();
        let state = self.changed.wait_while(self.state(), waiting).unwrap_or_else(PoisonError::into_inner);
        if state.pid.is_none() { state.outcome.clone() } else { None }
    }

    /// Waits for the outcome, at most that long.
    pub(crate) fn ended(&self, timeout: Option<Duration>) -> Option<Outcome> {
        if self.is_copy() {
            let what = "this process is a copy (fork) of the one that the sandbox belongs to".to_owned();
            return Some(Outcome::new(String::new(), Status::InternalError { what }, Usage::default()));
        }
        let waiting = |state: &mut State| state.known().is_none();
        let state = match timeout {
            None => self.changed.wait_while(self.state(), waiting).unwrap_or_else(PoisonError::into_inner),
            Some(timeout) => {
                let waited = self.changed.wait_timeout_while(self.state(), timeout, waiting);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.known().cloned()
    }

    /// Somebody who will wait for the outcome.
    pub(crate) fn waiter(&self) -> Waiter<'_> {
        let mut state = self.state();
        state.next_waiter += 1;
        Waiter { control: self, number: state.next_waiter }
    }

    // --- for the supervising thread ---

    pub(crate) fn key(&self) -> u64 {
        self.key
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Requests {
        let mut state = self.state();
        Requests { killed: state.killed, limit: state.limit.take(), paused: state.paused.take() }
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.state().killed
    }

    pub(crate) fn announce_running(&self, pid: u32) {
        self.state().pid = Some(pid);
        self.changed.notify_all();
    }

    /// This thread is about to tell the observer: if that asks for the outcome, it has it.
    pub(crate) fn will_announce(&self, outcome: &Outcome) {
        self.state().told = Some((thread::current().id(), outcome.clone()));
    }

    /// The first outcome counts.
    pub(crate) fn announce_outcome(&self, outcome: Outcome) {
        let wakers = {
            let mut state = self.state();
            state.outcome.get_or_insert(outcome);
            state.told = None;
            std::mem::take(&mut state.wakers)
        };
        self.changed.notify_all();
        for waker in wakers.into_values() {
            // It is the runtime's own affair, and no reason for the others to wait for ever.
            let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }
}
