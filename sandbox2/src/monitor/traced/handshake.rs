//! Waiting for a program that asks for its policy itself, and is traced from then on.
//!
//! Before it gets its filter, the tracing thread attaches to all of its threads. That it has installed it is seen by the tracer,
//! which is asked about the last step, and is so only under the filter.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;

use super::findings::Order;
use super::{Clock, Ended};
use crate::error::{SetupError, Stage};
use crate::launch::{Attach, ENDED_FIRST, Heard, Tree, Unfiltered, not_sandboxed};
use crate::monitor::end::End;
use crate::monitor::handshake::{out_of_patience, soon};
use crate::monitor::started_by;
use crate::observer::Observer;

/// How often to look whether the kernel has refused the filter, which the tracer does not see.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until its policy is in force.
pub(super) fn wait(
    mut unfiltered: Unfiltered,
    clock: &mut Clock<'_>,
    observer: Option<&dyn Observer>,
) -> Result<Tree, Ended> {
    let findings = Arc::clone(clock.findings);
    unfiltered.set_tracer(Attach(Box::new(move |pid, process| {
        let process = process.try_clone().map_err(|error| SetupError::new(Stage::Trace, error.raw_os_error()))?;
        findings.attach(Order { pid, process, runs: true })
    })));
    let patience = unfiltered.patience();
    let until = Instant::now().checked_add(patience);
    let mut waiting = Waiting { unfiltered, clock, until, state: Heard::More };
    let waited = waiting.wait(observer, patience);
    let tree = waiting.unfiltered.into_tree();
    match waited {
        Ok(()) => Ok(tree),
        Err(end) => Err(Box::new((tree, end))),
    }
}

struct Waiting<'a, 'b> {
    unfiltered: Unfiltered,
    clock: &'a mut Clock<'b>,
    /// When patience ends; `None` if no clock reaches it.
    until: Option<Instant>,
    state: Heard,
}

impl Waiting<'_, '_> {
    fn wait(&mut self, observer: Option<&dyn Observer>, patience: Duration) -> Result<(), End> {
        let mut told = false;
        loop {
            let pid = self.unfiltered.tree().main_pid();
            if pid > 0 && !told {
                told = true;
                started_by(observer, pid)?;
            }
            let [woken, gone, news, heard] = self.poll()?;
            if news {
                self.clock.findings.read_news();
                if let Some(end) = self.clock.findings.take_end() {
                    return Err(end);
                }
                if self.clock.findings.is_running() {
                    self.clock.announce(self.unfiltered.tree());
                    return self.clock.not_over();
                }
            }
            if woken && let Some(end) = self.clock.requests(self.unfiltered.tree()) {
                return Err(end);
            }
            if heard {
                self.hear()?;
            }
            if let Some(limit) = self.clock.deadline.over() {
                return Err(End::TimedOut(limit));
            }
            if gone {
                return Err(End::NotSandboxed(not_sandboxed(ENDED_FIRST)));
            }
            if self.until.is_some_and(|until| Instant::now() >= until) {
                return Err(End::NotSandboxed(out_of_patience(self.state, patience)));
            }
            if self.state == Heard::Installing {
                self.unfiltered.look().map_err(End::NotSandboxed)?;
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

    /// Waits for the host, the sandbox's end, the tracer, and the program.
    fn poll(&self) -> Result<[bool; 4], End> {
        let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
        let pause = (self.state == Heard::Installing).then_some(PAUSE);
        let wait = [left, self.clock.deadline.left(), pause].into_iter().flatten().min();
        let fds = [
            self.clock.doorbell.0.as_fd(),
            self.unfiltered.tree().init(),
            self.clock.findings.news(),
            self.unfiltered.control(),
        ];
        let mut fds = fds.map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        // Once it has been given its policy, or closed its end, it has nothing to say.
        let fds = if self.state == Heard::More { &mut fds[..] } else { &mut fds[..3] };
        match ppoll(fds, wait.map(TimeSpec::from_duration), None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok([false; 4]),
            Err(errno) => return Err(End::Broken(format!("waiting for the sandboxee failed: {errno}"))),
        }
        let found = |index: usize| fds.get(index).and_then(PollFd::revents).is_some_and(|found| !found.is_empty());
        Ok([found(0), found(1), found(2), found(3)])
    }
}
