//! When stacks are told, and of how much.

use std::path::{Path, PathBuf};

use super::limits::MAX_FRAMES;

/// When the stacks of a sandboxee are told, and of how much: a builder.
///
/// | | default |
/// |---|---|
/// | on a violation | yes |
/// | on a signal that ends it | yes |
/// | when the wall time is over | yes |
/// | when the host kills it | no |
/// | when it exits | no |
/// | all its threads | no: the one that it is about |
/// | frames | 200 for each thread |
///
/// A stack is told by a *worker*: a program in a sandbox of its own, because it reads the memory and the files of the sandboxee. It is
/// the host's own executable, which is executed once more and does this work in place of its `main`; where the host's executable does
/// not contain this crate (an extension of an interpreter), name one that does: [`worker`](Self::worker).
///
/// # Examples
/// ```
/// use sandbox2::StackTraces;
///
/// let traces = StackTraces::new().on_kill(true).all_threads(true).max_frames(50);
/// assert!(!StackTraces::off().is_on());
/// # let _ = traces;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct StackTraces {
    on_violation: bool,
    on_signal: bool,
    on_timeout: bool,
    on_kill: bool,
    on_exit: bool,
    all_threads: bool,
    max_frames: usize,
    worker: Option<PathBuf>,
}

impl Default for StackTraces {
    fn default() -> StackTraces {
        StackTraces {
            on_violation: true,
            on_signal: true,
            on_timeout: true,
            on_kill: false,
            on_exit: false,
            all_threads: false,
            max_frames: MAX_FRAMES,
            worker: None,
        }
    }
}

impl StackTraces {
    /// The defaults.
    pub fn new() -> StackTraces {
        StackTraces::default()
    }

    /// None at all.
    pub fn off() -> StackTraces {
        StackTraces { on_violation: false, on_signal: false, on_timeout: false, ..StackTraces::default() }
    }

    /// Whether one is told with a violation.
    #[doc(alias = "CollectStacktracesOnViolation")]
    pub fn on_violation(mut self, on: bool) -> StackTraces {
        self.on_violation = on;
        self
    }

    /// Whether one is told with a signal that ends the sandboxee.
    #[doc(alias = "CollectStacktracesOnSignal")]
    pub fn on_signal(mut self, on: bool) -> StackTraces {
        self.on_signal = on;
        self
    }

    /// Whether one is told when the wall time is over. The outcome comes later by as much as that takes.
    #[doc(alias = "CollectStacktracesOnTimeout")]
    pub fn on_timeout(mut self, on: bool) -> StackTraces {
        self.on_timeout = on;
        self
    }

    /// Whether one is told when the host kills the sandboxee, which is delayed by as much as that takes.
    #[doc(alias = "CollectStacktracesOnKill")]
    pub fn on_kill(mut self, on: bool) -> StackTraces {
        self.on_kill = on;
        self
    }

    /// Whether one is told when the sandboxee exits by itself.
    #[doc(alias = "CollectStacktracesOnExit")]
    pub fn on_exit(mut self, on: bool) -> StackTraces {
        self.on_exit = on;
        self
    }

    /// Whether the stacks of all threads are told, 64 at most, and not only that of the one that it is about.
    #[doc(alias = "CollectAllThreadsStacktrace")]
    pub fn all_threads(mut self, all: bool) -> StackTraces {
        self.all_threads = all;
        self
    }

    /// How many frames of a thread are told: 1 to 200, which is the default. What is outside of that is taken as the nearest.
    pub fn max_frames(mut self, frames: usize) -> StackTraces {
        self.max_frames = frames.clamp(1, MAX_FRAMES);
        self
    }

    /// The executable that tells stacks, in place of the host's own: any program that this crate, with its feature `symbolize`, is linked
    /// into; nothing else of that program runs.
    pub fn worker(mut self, executable: impl Into<PathBuf>) -> StackTraces {
        self.worker = Some(executable.into());
        self
    }

    /// Whether there is any event with which a stack is told.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on_violation || self.on_signal || self.on_timeout || self.on_kill || self.on_exit
    }
}

/// What was asked for.
impl StackTraces {
    pub(crate) fn wants_violation(&self) -> bool {
        self.on_violation
    }

    pub(crate) fn wants_signal(&self) -> bool {
        self.on_signal
    }

    pub(crate) fn wants_timeout(&self) -> bool {
        self.on_timeout
    }

    pub(crate) fn wants_kill(&self) -> bool {
        self.on_kill
    }

    pub(crate) fn wants_exit(&self) -> bool {
        self.on_exit
    }

    pub(crate) fn wants_all_threads(&self) -> bool {
        self.all_threads
    }

    pub(crate) fn frames(&self) -> usize {
        self.max_frames
    }

    pub(crate) fn executable(&self) -> Option<&Path> {
        self.worker.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_original() {
        let traces = StackTraces::new();
        assert!(traces.wants_violation() && traces.wants_signal() && traces.wants_timeout());
        assert!(!traces.wants_kill() && !traces.wants_exit() && !traces.wants_all_threads());
        assert_eq!((traces.frames(), traces.executable()), (200, None));
    }

    #[test]
    fn off_is_off_and_each_event_switches_it_on() {
        assert!(!StackTraces::off().is_on());
        let off = StackTraces::off;
        for on in [
            off().on_violation(true),
            off().on_signal(true),
            off().on_timeout(true),
            off().on_kill(true),
            off().on_exit(true),
        ] {
            assert!(on.is_on(), "{on:?}");
        }
    }

    #[test]
    fn frames_stay_within_the_limits() {
        assert_eq!(StackTraces::new().max_frames(0).frames(), 1);
        assert_eq!(StackTraces::new().max_frames(usize::MAX).frames(), 200);
        assert_eq!(StackTraces::new().max_frames(7).frames(), 7);
    }
}
