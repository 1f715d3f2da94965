//! Waiting for a sandboxee that asks for its policy itself.
//!
//! Until it has it, the wall time limit counts, and the sandbox's end is noticed, as at any other time. Beyond that it must ask within the
//! executor's patience. Whatever else it does ends it.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;

use super::end::{Deadline, End};
use crate::error::SetupError;
use crate::launch::{ENDED_FIRST, Heard, Launched, Refused, Tree, Unfiltered, not_sandboxed};

/// How long a program that has closed its end may take to end, before it is said that it never asked.
const CLOSED_PATIENCE: Duration = Duration::from_secs(2);

/// How long to look for the installed filter without letting go of the processor.
const SPIN: Duration = Duration::from_micros(50);

/// Waits until its policy is in force; what it is then, and the last step, which it has yet to take.
///
/// # Errors
/// What ends it, and what is left of it to end.
pub(super) fn wait(
    unfiltered: Unfiltered,
    deadline: Deadline,
    unwanted: Option<Arc<OwnedFd>>,
) -> Result<(Launched, LastStep), Box<Failed>> {
    let patience = unfiltered.patience();
    let mut waiting =
        Waiting { unfiltered, deadline, unwanted, until: None, state: Heard::More, installing: Duration::ZERO };
    match waiting.listener() {
        Ok(listener) => match waiting.unfiltered.into_launched(listener) {
            Ok(launched) => Ok((launched, LastStep { listener, until: waiting.until, patience })),
            Err(refused) => {
                let Refused { tree, listener, error } = *refused;
                Err(Box::new(Failed { tree, listener, end: End::NotSandboxed(error) }))
            }
        },
        Err(end) => Err(Box::new(Failed { tree: waiting.unfiltered.into_tree(), listener: None, end })),
    }
}

/// Why a program does not come to its policy, and what is left of it to end.
#[derive(Debug)]
pub(super) struct Failed {
    // Before the listener, as in `Launched`.
    pub(super) tree: Tree,
    pub(super) listener: Option<OwnedFd>,
    pub(super) end: End,
}

/// The `close` by which a sandboxee that has sandboxed itself gives its listener up. Its other threads may make calls before.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastStep {
    /// The listener's number there.
    pub(super) listener: i32,
    /// When patience ends; `None` if no clock reaches it.
    until: Option<Instant>,
    patience: Duration,
}

impl LastStep {
    /// When patience ends.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// What to say once there is none.
    pub(super) fn over(&self) -> Option<SetupError> {
        let over = self.until.is_some_and(|until| Instant::now() >= until);
        over.then(|| not_sandboxed(&format!("the program did not give its listener up within {:?}", self.patience)))
    }
}

struct Waiting {
    unfiltered: Unfiltered,
    deadline: Deadline,
    /// Readable once nobody wants it any more.
    unwanted: Option<Arc<OwnedFd>>,
    /// When patience ends; `None` if no clock reaches it.
    until: Option<Instant>,
    state: Heard,
    /// How long it has been installing its filter.
    installing: Duration,
}

impl Waiting {
    fn listener(&mut self) -> Result<i32, End> {
        let start = Instant::now();
        let patience = self.unfiltered.patience();
        self.until = start.checked_add(patience);
        let mut installing_since = None;
        loop {
            if self.state == Heard::Installing {
                if let Some(listener) = self.unfiltered.look().map_err(End::NotSandboxed)? {
                    return Ok(listener);
                }
                self.installing = installing_since.get_or_insert_with(Instant::now).elapsed();
                if self.installing < SPIN {
                    std::hint::spin_loop();
                    continue;
                }
            }
            let [gone, unwanted, heard] = self.poll()?;
            if unwanted {
                return Err(End::Killed);
            }
            if heard {
                self.hear()?;
            }
            if let Some(limit) = self.deadline.over() {
                return Err(End::TimedOut(limit));
            }
            if gone {
                return Err(End::NotSandboxed(self.ended()));
            }
            if self.until.is_some_and(|until| Instant::now() >= until) {
                return Err(End::NotSandboxed(out_of_patience(self.state, patience)));
            }
        }
    }

    fn hear(&mut self) -> Result<(), End> {
        self.state = self.unfiltered.hear().map_err(End::NotSandboxed)?;
        if self.state == Heard::Nothing {
            self.until = Some(soon(self.until));
        }
        Ok(())
    }

    /// Waits for the sandbox's end, for whoever started it, and the program.
    fn poll(&self) -> Result<[bool; 3], End> {
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        // It takes microseconds, so what takes longer is looked for less often.
        let pause = (self.installing / 8).clamp(Duration::from_micros(50), Duration::from_millis(5));
        let pause = (self.state == Heard::Installing).then_some(pause);
        let wait = [left, self.deadline.left(), pause].into_iter().flatten().min();
        let init = self.unfiltered.tree().init();
        let unwanted = self.unwanted.as_ref().map_or(init, |unwanted| unwanted.as_fd());
        let mut fds = [init, unwanted, self.unfiltered.control()].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        // Once it has been given its policy, or closed its end, it has nothing to say.
        let fds = if self.state == Heard::More { &mut fds[..] } else { &mut fds[..2] };
        match ppoll(fds, wait.map(TimeSpec::from_duration), None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok([false; 3]),
            Err(errno) => return Err(End::Broken(format!("waiting for the sandboxee failed: {errno}"))),
        }
        let found = |index: usize| {
            let events = fds.get(index).and_then(PollFd::revents).unwrap_or(PollFlags::empty());
            !events.is_empty()
        };
        Ok([found(0), self.unwanted.is_some() && found(1), found(2)])
    }

    /// What to say of a program that has ended first.
    fn ended(&self) -> SetupError {
        not_sandboxed(ENDED_FIRST)
    }
}

/// When patience ends with a program that has closed its end: soon.
pub(super) fn soon(until: Option<Instant>) -> Instant {
    let soon = Instant::now() + CLOSED_PATIENCE;
    until.map_or(soon, |until| until.min(soon))
}

/// What to say of a program that has come so far, and no further, in all that time.
pub(super) fn out_of_patience(state: Heard, patience: Duration) -> SetupError {
    match state {
        Heard::More => not_sandboxed(&format!("the program did not ask for its policy within {patience:?}")),
        Heard::Installing => not_sandboxed(&format!("the program did not install its filter within {patience:?}")),
        Heard::Nothing => {
            not_sandboxed("the program has closed the descriptor to ask over, and goes on without a policy")
        }
    }
}
