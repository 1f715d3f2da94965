//! What the tracing thread finds out, for the one that watches the clock.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::error::{SetupError, Stage};
use crate::monitor::end::End;
use crate::monitor::errand::Found;
use crate::outcome::{Failures, Violation};
use crate::report::registers::Registers;
#[cfg(feature = "symbolize")]
use crate::report::stack::Stack;
use crate::sys::bell::Ringer;

/// How many tasks are told of. There can be as many as the kernel allows.
const MOST_STOPS: usize = 1024;

/// What the two threads have in common.
#[derive(Debug)]
pub(super) struct Findings {
    state: Mutex<State>,
    changed: Condvar,
    news: EventFd,
}

#[derive(Debug, Default)]
struct State {
    order: Option<Order>,
    attached: Option<Result<(), SetupError>>,
    /// Whether the program runs under its policy.
    running: bool,
    end: Option<End>,
    /// A violation that an observer is being told of.
    violation: Option<Box<Violation>>,
    failures: Failures,
    stops: Vec<Stopped>,
    found: Found,
    notified: u64,
    /// Whether the sandbox is about to be killed.
    closing: bool,
    ringer: Option<Ringer>,
    /// Whether the tracing thread is woken for a collection.
    wakeable: bool,
    collect: Option<Why>,
    collected: bool,
    /// Whether the main thread is to be looked at, and goes on.
    #[cfg(feature = "symbolize")]
    peek: bool,
    #[cfg(feature = "symbolize")]
    peeked: Option<Vec<Stack>>,
    done: bool,
}

/// Which process is to be traced.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) pid: libc::pid_t,
    /// While this is not readable, the number is its own.
    pub(super) process: OwnedFd,
    /// Whether it runs already, with any number of threads, and is to sandbox itself; else it waits.
    pub(super) runs: bool,
}

/// Why a task is looked at while it is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Violation,
    /// It is about to end by that signal.
    Signal(i32),
    /// It is about to end by itself.
    Exit,
    /// It is about to be killed, since its time is over.
    TimedOut,
    /// It is about to be killed, since the host wants it to.
    Killed,
}

/// What was seen of a stopped task.
#[derive(Clone, Debug)]
pub(crate) struct Stopped {
    pub(crate) why: Why,
    pub(crate) registers: Registers,
}

impl Findings {
    pub(super) fn new() -> Result<Findings, SetupError> {
        let news = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK).map_err(|errno| {
            SetupError::new(Stage::Plan, Some(errno as i32)).with_what("an event descriptor for the monitor")
        })?;
        Ok(Findings { state: Mutex::default(), changed: Condvar::new(), news })
    }

    /// A thread that panicked while it held the lock has left nothing half-done: every change is one assignment.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.notify_all();
        // It fails only when the counter is full, and then there is enough to wake up for.
        let _ = self.news.write(1);
    }

    // --- for the tracing thread ---

    /// Waits for a process to trace; `None` if there will be none.
    pub(super) fn await_order(&self) -> Option<Order> {
        let waiting = |state: &mut State| state.order.is_none() && !state.closing;
        self.changed.wait_while(self.state(), waiting).unwrap_or_else(PoisonError::into_inner).order.take()
    }

    pub(super) fn attached(&self, result: Result<(), SetupError>) {
        self.state().attached = Some(result);
        self.changed.notify_all();
    }

    pub(super) fn running(&self) {
        self.state().running = true;
        self.tell();
    }

    /// The first end counts.
    pub(super) fn end(&self, end: End) {
        self.state().end.get_or_insert(end);
        self.tell();
    }

    /// A violation, which is the end once its observer has been told, or the end comes by itself.
    pub(super) fn violation(&self, violation: Box<Violation>) {
        self.state().violation.get_or_insert(violation);
    }

    /// Told at the end of the thread, however it comes.
    pub(super) fn done(&self) {
        self.state().done = true;
        self.tell();
    }

    pub(super) fn stopped(&self, stopped: Stopped) {
        let mut state = self.state();
        if state.stops.len() < MOST_STOPS {
            state.stops.push(stopped);
        }
    }

    /// Whether nothing was found about stacks yet.
    #[cfg(feature = "symbolize")]
    pub(super) fn has_no_stacks(&self) -> bool {
        self.state().found.stacks.is_empty()
    }

    #[cfg(feature = "symbolize")]
    pub(super) fn found(&self, found: Found) {
        self.state().found = found;
    }

    /// The filter has asked about a call.
    pub(super) fn asked(&self) {
        self.state().notified += 1;
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state().closing
    }

    /// By what the tracing thread is woken.
    pub(super) fn set_ringer(&self, ringer: Ringer) {
        self.state().ringer = Some(ringer);
    }

    /// It sees to it that it can be woken at any time.
    pub(super) fn set_wakeable(&self) {
        self.state().wakeable = true;
    }

    /// Whether it may come to that: then the thread must be woken.
    pub(super) fn may_want(&self) -> bool {
        let state = self.state();
        state.wakeable && !state.collected
    }

    /// Whether all tasks are to be stopped and looked at, and why.
    pub(super) fn wanted(&self) -> Option<Why> {
        self.state().collect.take()
    }

    pub(super) fn collected(&self) {
        self.state().collected = true;
        self.changed.notify_all();
    }

    // --- for the thread of a handler, too ---

    /// What went wrong in code of the host's: the handler of a call, or `observer`.
    pub(super) fn failed(&self, of: &str, what: impl Into<String>) {
        self.state().failures.add(of, what);
    }

    // --- for the thread that watches the clock ---

    /// Readable when there is something new.
    pub(super) fn news(&self) -> BorrowedFd<'_> {
        self.news.as_fd()
    }

    /// Waits for news again.
    pub(super) fn read_news(&self) {
        // Nothing to read is no error.
        let _ = self.news.read();
    }

    /// Has the tracing thread attach to a process; waits until it is, or cannot be.
    pub(super) fn attach(&self, order: Order) -> Result<(), SetupError> {
        self.state().order = Some(order);
        self.changed.notify_all();
        let waiting = |state: &mut State| state.attached.is_none() && !state.done;
        let mut state = self.changed.wait_while(self.state(), waiting).unwrap_or_else(PoisonError::into_inner);
        let lost = || Err(SetupError::new(Stage::Trace, None).with_what("the tracing thread has ended"));
        state.attached.take().unwrap_or_else(lost)
    }

    /// Whether the program runs under its policy.
    pub(super) fn is_running(&self) -> bool {
        self.state().running
    }

    /// The violation that there was, whether or not its observer was told.
    pub(super) fn take_violation(&self) -> Option<End> {
        self.state().violation.take().map(End::Violation)
    }

    pub(super) fn take_end(&self) -> Option<End> {
        self.state().end.take()
    }

    /// Has every task stopped and looked at; waits for that, at most so long.
    pub(super) fn collect(&self, why: Why, limit: Duration) {
        let ringer = {
            let mut state = self.state();
            state.collect = Some(why);
            state.ringer.clone().filter(|_| state.wakeable)
        };
        let Some(ringer) = ringer else { return };
        ringer.ring();
        let waiting = |state: &mut State| !state.collected && !state.done;
        let waited = self.changed.wait_timeout_while(self.state(), limit, waiting);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Has the main thread stopped and looked at, and let go on; waits for that, at most so long.
    #[cfg(feature = "symbolize")]
    pub(super) fn look(&self, limit: Duration) -> Option<Vec<Stack>> {
        let ringer = {
            let mut state = self.state();
            state.peek = true;
            state.peeked = None;
            state.ringer.clone().filter(|_| state.wakeable)
        };
        ringer?.ring();
        let waiting = |state: &mut State| state.peeked.is_none() && !state.done;
        let waited = self.changed.wait_timeout_while(self.state(), limit, waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0.peeked.take()
    }

    /// Whether somebody wants to look.
    #[cfg(feature = "symbolize")]
    pub(super) fn wants_look(&self) -> bool {
        std::mem::take(&mut self.state().peek)
    }

    #[cfg(feature = "symbolize")]
    pub(super) fn looked(&self, stacks: Vec<Stack>) {
        self.state().peeked = Some(stacks);
        self.changed.notify_all();
    }

    /// Says that the sandbox is about to be killed: nothing that comes from it matters any more.
    pub(super) fn close(&self) {
        let ringer = {
            let mut state = self.state();
            state.closing = true;
            state.ringer.clone()
        };
        self.changed.notify_all();
        if let Some(ringer) = ringer {
            ringer.ring();
        }
    }

    /// Waits until the tracing thread has let go of everything; false if it has not by then.
    pub(super) fn await_done(&self, limit: Duration) -> bool {
        let waiting = |state: &mut State| !state.done;
        let waited = self.changed.wait_timeout_while(self.state(), limit, waiting);
        waited.unwrap_or_else(PoisonError::into_inner).0.done
    }

    pub(super) fn take_found(&self) -> Found {
        std::mem::take(&mut self.state().found)
    }

    pub(super) fn notified(&self) -> u64 {
        self.state().notified
    }

    pub(super) fn take_failures(&self) -> Failures {
        std::mem::take(&mut self.state().failures)
    }

    pub(super) fn take_stops(&self) -> Vec<Stopped> {
        std::mem::take(&mut self.state().stops)
    }
}
