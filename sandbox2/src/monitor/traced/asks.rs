//! Asking handlers, while the loop goes on.
//!
//! Handlers run on threads of their own, made when they are needed: the tracing thread must not be kept by one. It waits a moment
//! for an answer, since most come at once, and is woken by the bell otherwise. A handler that is out of time is given up: its
//! thread counts no more, and what it answers later is dropped.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sandbox2_policy::insn::SeccompData;

use super::caller::Asking;
use crate::handlers::Ruling;
use crate::launch::Escape;
use crate::monitor::judge::Judge;
use crate::sys::bell::Ringer;

/// How many handlers run at once; what comes more waits.
const MOST_THREADS: usize = 16;

/// How many handlers may be out of time and still run: whoever writes such has others asked no more.
const MOST_STUCK: usize = 64;

/// The calls that wait for a handler, and the threads.
#[derive(Debug)]
pub(super) struct Asks {
    judge: Arc<Judge>,
    pool: Arc<Pool>,
    outstanding: BTreeMap<u64, Outstanding>,
    next: u64,
}

/// A call that waits for a handler's answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outstanding {
    pub(super) id: u64,
    pub(super) tid: i32,
    pub(super) data: SeccompData,
    /// Set where the call may not proceed, whatever the handler says.
    pub(super) escape: Option<Escape>,
    /// When patience ends; `None` if no clock reaches it.
    until: Option<Instant>,
}

#[derive(Debug)]
struct Pool {
    state: Mutex<State>,
    work: Condvar,
    answered: Condvar,
    ringer: Ringer,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Ask>,
    answers: Vec<(u64, Ruling)>,
    /// Threads that wait for work, and all that are not out of time.
    idle: usize,
    threads: usize,
    /// What those that are out of time are at.
    abandoned: BTreeSet<u64>,
    closed: bool,
}

#[derive(Debug)]
struct Ask {
    id: u64,
    asking: Asking,
    data: SeccompData,
}

impl Pool {
    /// A thread that panicked while it held the lock has left nothing half-done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a handler's thread.
    fn serve(&self, judge: &Judge) {
        let mut state = self.state();
        loop {
            state.idle += 1;
            let nothing = |state: &mut State| state.waiting.is_empty() && !state.closed;
            state = self.work.wait_while(state, nothing).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
            let Some(Ask { id, asking, data }) = state.waiting.pop_front() else { return };
            drop(state);
            let ruling = judge.handlers.decide(&asking, &data);
            drop(asking);
            state = self.state();
            if state.abandoned.remove(&id) || state.closed {
                return;
            }
            state.answers.push((id, ruling));
            self.answered.notify_all();
            self.ringer.ring();
        }
    }
}

impl Asks {
    pub(super) fn new(judge: Arc<Judge>, ringer: Ringer) -> Asks {
        let (work, answered) = (Condvar::new(), Condvar::new());
        let pool = Arc::new(Pool { state: Mutex::default(), work, answered, ringer });
        Asks { judge, pool, outstanding: BTreeMap::new(), next: 0 }
    }

    /// Hands a call over; the number of the question.
    ///
    /// # Errors
    /// Why nobody can be asked.
    pub(super) fn ask(
        &mut self,
        tid: i32,
        data: SeccompData,
        escape: Option<Escape>,
        asking: Asking,
    ) -> Result<u64, String> {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        let mut state = self.pool.state();
        if state.abandoned.len() >= MOST_STUCK {
            return Err(format!("{MOST_STUCK} handlers are out of time and still run"));
        }
        if state.idle <= state.waiting.len() && state.threads < MOST_THREADS {
            let (pool, judge) = (Arc::clone(&self.pool), Arc::clone(&self.judge));
            let thread = std::thread::Builder::new().name("sandbox2-handler".to_owned());
            match thread.spawn(move || pool.serve(&judge)) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => return Err(format!("there is no thread for it: {error}")),
                // One of the others will come to it.
                Err(_) => {}
            }
        }
        state.waiting.push_back(Ask { id, asking, data });
        drop(state);
        self.pool.work.notify_one();
        let until = Instant::now().checked_add(self.judge.handlers.patience());
        self.outstanding.insert(id, Outstanding { id, tid, data, escape, until });
        Ok(id)
    }

    /// Whether nobody waits for an answer.
    pub(super) fn is_empty(&self) -> bool {
        self.outstanding.is_empty()
    }

    /// How long until the first is out of time.
    pub(super) fn left(&self) -> Option<Duration> {
        let first = self.outstanding.values().filter_map(|outstanding| outstanding.until).min()?;
        Some(first.saturating_duration_since(Instant::now()))
    }

    /// What has been answered, or is out of time, waiting at most so long for the first.
    pub(super) fn settled(&mut self, wait: Duration) -> Vec<(Outstanding, Ruling)> {
        if self.outstanding.is_empty() {
            return Vec::new();
        }
        let nothing = |state: &mut State| state.answers.is_empty();
        let waited = self.pool.answered.wait_timeout_while(self.pool.state(), wait, nothing);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let answers = std::mem::take(&mut state.answers);
        let mut settled = Vec::new();
        for (id, ruling) in answers {
            // What nobody waits for any more is dropped.
            if let Some(outstanding) = self.outstanding.remove(&id) {
                settled.push((outstanding, ruling));
            }
        }
        let now = Instant::now();
        let over = |outstanding: &Outstanding| outstanding.until.is_some_and(|until| now >= until);
        let late: Vec<_> = self.outstanding.values().filter(|outstanding| over(outstanding)).copied().collect();
        for outstanding in late {
            self.outstanding.remove(&outstanding.id);
            let what = match state.waiting.iter().position(|ask| ask.id == outstanding.id) {
                Some(place) => {
                    state.waiting.remove(place);
                    "all threads for handlers were busy".to_owned()
                }
                None => {
                    state.abandoned.insert(outstanding.id);
                    state.threads = state.threads.saturating_sub(1);
                    format!("it took longer than {:?}", self.judge.handlers.patience())
                }
            };
            settled.push((outstanding, Ruling::Failed(what)));
        }
        settled
    }

    /// Takes note that a task is gone.
    pub(super) fn forget(&mut self, tid: i32) {
        let gone: Vec<u64> =
            self.outstanding.values().filter(|outstanding| outstanding.tid == tid).map(|o| o.id).collect();
        for id in gone {
            self.outstanding.remove(&id);
            self.pool.state().waiting.retain(|ask| ask.id != id);
        }
    }
}

impl Drop for Asks {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.pool.work.notify_all();
    }
}
