//! Why supervision ends, and what is made of it.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use crate::error::{SetupError, Stage};
use crate::launch::{self, Tree};
use crate::outcome::{Status, Usage, Violation};
use crate::sys;

/// How long a killed sandbox may take to be gone before its outcome is told without waiting any longer. Only a process
/// that the kernel cannot interrupt (a hanging network file system) gets here.
pub(super) const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// Why supervision ends.
#[derive(Debug)]
pub(super) enum End {
    Violation(Box<Violation>),
    Killed,
    TimedOut(Duration),
    /// All processes together have used up their processor time.
    CpuTimeExceeded(Duration),
    /// The program never came to its policy, or may not.
    NotSandboxed(SetupError),
    /// The whole sandbox is gone by itself.
    Gone,
    Broken(String),
}

/// When the wall time is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Option<(Instant, Duration)>);

impl Deadline {
    /// Zero is no limit, and so is one that no clock reaches.
    pub(super) fn new(since: Instant, limit: Option<Duration>) -> Deadline {
        let limit = limit.filter(|limit| !limit.is_zero());
        Deadline(limit.and_then(|limit| since.checked_add(limit).map(|at| (at, limit))))
    }

    pub(super) fn at(self) -> Option<Instant> {
        self.0.map(|(at, _)| at)
    }

    pub(super) fn left(self) -> Option<Duration> {
        self.at().map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// The limit, if it is over.
    pub(super) fn over(self) -> Option<Duration> {
        self.0.filter(|(at, _)| Instant::now() >= *at).map(|(_, limit)| limit)
    }
}

/// A sandbox that is being ended. The listener is closed when nothing is left: calls that wait for an answer would go on if it were closed first.
#[derive(Debug)]
pub(super) struct Ending {
    tree: Tree,
    listener: Option<Arc<OwnedFd>>,
    end: End,
    killed: sys::Result<()>,
    until: Instant,
}

impl Ending {
    /// Kills what is left of it.
    pub(super) fn new(tree: Tree, listener: Option<Arc<OwnedFd>>, end: End) -> Ending {
        let killed = if matches!(end, End::Gone) { Ok(()) } else { tree.kill() };
        Ending { tree, listener, end, killed, until: Instant::now() + KILL_PATIENCE }
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn listener(&self) -> Option<BorrowedFd<'_>> {
        self.listener.as_ref().map(|listener| listener.as_fd())
    }

    /// When it is not waited for any longer.
    pub(super) fn until(&self) -> Instant {
        if self.killed.is_ok() { self.until } else { Instant::now() }
    }

    /// Whether it is gone, or is not waited for any longer.
    pub(super) fn is_over(&self) -> bool {
        self.is_gone() || Instant::now() >= self.until()
    }

    fn is_gone(&self) -> bool {
        sys::calls::readable(self.tree.init().as_raw_fd(), Duration::ZERO).unwrap_or(true)
    }

    /// Waits until it is over.
    pub(super) fn wait(self) -> (Status, Usage) {
        while !self.is_over() {
            let left = self.until().saturating_duration_since(Instant::now());
            // Interrupted or not, the clock is looked at next.
            let _ = sys::calls::readable(self.tree.init().as_raw_fd(), left);
        }
        self.conclude()
    }

    /// Reaps it and makes up the status.
    pub(super) fn conclude(self) -> (Status, Usage) {
        let gone = self.is_gone();
        let Ending { tree, listener, end, killed, .. } = self;
        if killed.is_err() || !gone {
            // It is dying, and nobody can hurry that, or it cannot be killed. A thread stays with it, so that no zombie does.
            let reaper = std::thread::Builder::new().name("sandbox2-reaper".to_owned());
            // If there is no thread to be had, dropping the closure waits here instead.
            let _ = reaper.spawn(move || {
                drop(tree.finish());
                drop(listener);
            });
            return match killed {
                Ok(()) => (status(end, None, None), Usage::default()),
                Err(sys::Errno(errno)) => (Status::InternalError { what: cannot_kill(errno) }, Usage::default()),
            };
        }
        let ended = tree.finish();
        drop(listener);
        let usage = Usage {
            user: ended.usage.user,
            system: ended.usage.system,
            max_rss: ended.usage.max_rss,
            wall: Duration::ZERO,
        };
        (status(end, ended.setup_failure, ended.main_status), usage)
    }
}

fn cannot_kill(errno: i32) -> String {
    format!(
        "the sandbox cannot be killed and may still be running: {} (a host must stay the user that it launched as)",
        Errno::from_raw(errno)
    )
}

fn status(end: End, setup_failure: Option<SetupError>, main_status: Option<i32>) -> Status {
    match end {
        End::Violation(violation) => Status::Violation(violation),
        End::Killed => Status::Killed,
        End::TimedOut(limit) => Status::TimedOut { limit },
        End::CpuTimeExceeded(limit) => Status::CpuTimeExceeded { limit },
        End::Broken(what) => Status::InternalError { what },
        // What went wrong first in the sandbox's own processes says more.
        End::NotSandboxed(error) => Status::SetupFailed(setup_failure.unwrap_or_else(|| match main_status {
            Some(status) => launch::with_end(error, status),
            None => error,
        })),
        End::Gone => match (setup_failure, main_status) {
            // Its child was there, under its policy, or this would have been told before.
            (Some(error), _) if error.stage() == Stage::ForkServer => {
                Status::InternalError { what: format!("the fork server has ended, and its child with it: {error}") }
            }
            (Some(error), _) => Status::SetupFailed(error),
            (None, Some(status)) if libc::WIFEXITED(status) => Status::Exited { code: libc::WEXITSTATUS(status) },
            (None, Some(status)) => Status::Signaled { signal: libc::WTERMSIG(status), core: libc::WCOREDUMP(status) },
            (None, None) => Status::InternalError {
                what: "somebody outside (perhaps the kernel, out of memory) killed the sandbox's init process"
                    .to_owned(),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_none_are_no_deadline() {
        let now = Instant::now();
        for limit in [None, Some(Duration::ZERO), Some(Duration::MAX)] {
            let deadline = Deadline::new(now, limit);
            assert_eq!((deadline.left(), deadline.over()), (None, None));
        }
    }

    #[test]
    fn a_deadline_counts_from_its_start() {
        let past = Instant::now().checked_sub(Duration::from_secs(2)).unwrap();
        assert_eq!(Deadline::new(past, Some(Duration::from_secs(1))).over(), Some(Duration::from_secs(1)));
        assert_eq!(Deadline::new(past, Some(Duration::from_secs(1000))).over(), None);
    }

    #[test]
    fn a_failed_exec_is_a_failed_set_up_and_no_crash() {
        let error = SetupError::new(Stage::Exec, Some(libc::ENOENT));
        let status = |failure, main| status(End::Gone, failure, main);
        assert_eq!(status(Some(error.clone()), Some(libc::SIGSEGV)), Status::SetupFailed(error));
        assert_eq!(status(None, Some(3 << 8)), Status::Exited { code: 3 });
        assert_eq!(status(None, Some(0x80 | libc::SIGSEGV)), Status::Signaled { signal: libc::SIGSEGV, core: true });
        assert!(matches!(status(None, None), Status::InternalError { .. }));
    }
}
