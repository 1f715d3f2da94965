//! A thread that waits for work, so that there is one when no other is to be had.
//!
//! A sandboxee can use up the threads that the host's user may have. Whoever leaves its hub for code that may be stuck relies on another thread
//! to go on with it; so foreign code is only called while one is there, and what it would have decided is denied otherwise.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Threads that wait for work, and the work.
pub(super) struct Spares {
    state: Mutex<State>,
    work: Condvar,
}

type Work = Box<dyn FnOnce() + Send>;

struct State {
    /// How many threads wait that have no work yet.
    idle: usize,
    work: VecDeque<Work>,
}

impl Spares {
    pub(super) const fn new() -> Spares {
        Spares { state: Mutex::new(State { idle: 0, work: VecDeque::new() }), work: Condvar::new() }
    }

    /// Work is done without a lock, so a thread that panicked has left nothing half-done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that one waits.
    ///
    /// # Errors
    /// If none is to be had.
    pub(super) fn keep_one(&'static self) -> std::io::Result<()> {
        let mut state = self.state();
        if state.idle == 0 {
            std::thread::Builder::new().name("sandbox2-spare".to_owned()).spawn(|| self.serve())?;
            // It counts from now on: whatever it is given waits until it has begun.
            state.idle += 1;
        }
        Ok(())
    }

    /// Has one do that; without one it is given back.
    pub(super) fn give(&self, work: Work) -> Result<(), Work> {
        let mut state = self.state();
        if state.idle == 0 {
            return Err(work);
        }
        state.idle -= 1;
        state.work.push_back(work);
        self.work.notify_one();
        Ok(())
    }

    fn serve(&self) {
        loop {
            let waited = self.work.wait_while(self.state(), |state| state.work.is_empty());
            let work = waited.unwrap_or_else(PoisonError::into_inner).work.pop_front();
            if let Some(work) = work {
                work();
            }
            let mut state = self.state();
            // Another has taken this one's place meanwhile.
            if state.idle > 0 {
                return;
            }
            state.idle += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn one_waits_and_does_what_it_is_given_and_no_more_than_one_does() {
        static SPARES: Spares = Spares::new();
        assert!(SPARES.give(Box::new(|| {})).is_err());
        SPARES.keep_one().unwrap();
        SPARES.keep_one().unwrap();
        let (open, gate) = channel::<()>();
        let (done, is_done) = channel();
        let begun = done.clone();
        let work = move || {
            begun.send("begun").unwrap();
            let _ = gate.recv();
            begun.send("ended").unwrap();
        };
        assert!(SPARES.give(Box::new(work)).is_ok());
        assert_eq!(is_done.recv(), Ok("begun"));
        // It is at work, and no other waits.
        assert!(SPARES.give(Box::new(|| {})).is_err());
        SPARES.keep_one().unwrap();
        assert!(SPARES.give(Box::new(move || done.send("another").unwrap())).is_ok());
        assert_eq!(is_done.recv(), Ok("another"));
        drop(open);
        assert_eq!(is_done.recv(), Ok("ended"));
    }
}
