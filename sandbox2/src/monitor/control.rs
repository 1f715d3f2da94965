//! What a supervising thread and the threads that hold its sandbox tell each other.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::error::{SetupError, Stage};
use crate::outcome::Outcome;

/// One sandbox's switchboard.
#[derive(Debug)]
pub(crate) struct Control {
    state: Mutex<State>,
    changed: Condvar,
    wake: EventFd,
    awaited: bool,
}

#[derive(Debug, Default)]
struct State {
    killed: bool,
    limit: Option<NewLimit>,
    pid: Option<u32>,
    outcome: Option<Outcome>,
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
}

/// How a start went.
#[derive(Debug)]
pub(crate) enum Start {
    /// The program runs, or has run.
    Done,
    /// It never ran.
    Failed(SetupError),
}

impl Control {
    /// For a run that another thread supervises: `awaited`, if somebody waits for its start.
    pub(crate) fn new(awaited: bool) -> Result<Control, SetupError> {
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK).map_err(|errno| {
            SetupError::new(Stage::Plan, Some(errno as i32)).with_what("an event descriptor for the monitor")
        })?;
        Ok(Control { state: Mutex::default(), changed: Condvar::new(), wake, awaited })
    }

    /// A thread that panicked while it held the lock has left nothing half-done: every change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // --- for those who hold the sandbox ---

    pub(crate) fn kill(&self) {
        self.state().killed = true;
        self.poke();
    }

    pub(crate) fn set_limit(&self, limit: Option<Duration>) {
        self.state().limit = Some(NewLimit { since: Instant::now(), limit });
        self.poke();
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.state().pid
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.state().outcome.clone()
    }

    /// Waits until the program runs, or cannot.
    pub(crate) fn started(&self) -> Start {
        let waiting = |state: &mut State| state.pid.is_none() && state.outcome.is_none();
        let state = self.changed.wait_while(self.state(), waiting).unwrap_or_else(PoisonError::into_inner);
        match state.outcome.as_ref().map(|outcome| &outcome.status) {
            Some(crate::outcome::Status::SetupFailed(error)) => Start::Failed(error.clone()),
            _ => Start::Done,
        }
    }

    /// Waits for the outcome, at most that long.
    pub(crate) fn ended(&self, timeout: Option<Duration>) -> Option<Outcome> {
        let waiting = |state: &mut State| state.outcome.is_none();
        let state = match timeout {
            None => self.changed.wait_while(self.state(), waiting).unwrap_or_else(PoisonError::into_inner),
            Some(timeout) => {
                let waited = self.changed.wait_timeout_while(self.state(), timeout, waiting);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.outcome.clone()
    }

    fn poke(&self) {
        // It fails only when the counter is full, and then the monitor has enough to wake up for.
        let _ = self.wake.write(1);
    }

    // --- for the supervising thread ---

    /// Readable when there are new requests.
    pub(crate) fn wake(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// The requests so far; waits for news again.
    pub(crate) fn requests(&self) -> Requests {
        // Nothing to read is no error: somebody else's poke was enough for both.
        let _ = self.wake.read();
        let mut state = self.state();
        Requests { killed: state.killed, limit: state.limit.take() }
    }

    pub(crate) fn is_killed(&self) -> bool {
        self.state().killed
    }

    /// Whether somebody waits for the program to run.
    pub(crate) fn is_awaited(&self) -> bool {
        self.awaited
    }

    pub(crate) fn announce_running(&self, pid: u32) {
        self.state().pid = Some(pid);
        self.changed.notify_all();
    }

    /// The first outcome counts.
    pub(crate) fn announce_outcome(&self, outcome: Outcome) {
        self.state().outcome.get_or_insert(outcome);
        self.changed.notify_all();
    }
}
