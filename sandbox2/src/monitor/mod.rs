//! Supervision: from a launch to an outcome.
//!
//! One loop per sandbox, on the thread that launched it. It waits for the listener (a call that needs a verdict), for the
//! sandbox's end, for requests of the host, and for the deadline, and gives every one of them its turn in each round: a
//! sandboxee that floods the listener delays neither a kill nor the deadline.
//!
//! Everything that goes wrong here ends the sandboxee. Nothing that goes wrong lets a call through.

pub(crate) mod control;
mod handshake;
pub(crate) mod job;
mod judge;
mod traced;

use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use sandbox2_policy::arch::Arch;

use self::control::Control;
use self::handshake::LastStep;
use self::job::Job;
use self::judge::{Judge, Verdict};
use crate::error::{SetupError, Stage};
use crate::launch::{self, Begun, Launched, Tree};
use crate::outcome::{Outcome, Status, Usage, Violation};
use crate::report::explain;
use crate::sys;
use crate::sys::notify::{self, Answer, Mailbox, Notification};

/// How long a killed sandbox may take to be gone before its outcome is told without waiting any longer. Only a process
/// that the kernel cannot interrupt (a hanging network file system) gets here.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait for the exec to be done before looking at everything else again.
const EXEC_PAUSE: Duration = Duration::from_millis(5);

/// Launches and supervises on the calling thread until the sandbox is gone.
pub(crate) fn run(job: Job, control: &Control) -> Outcome {
    let started = Instant::now();
    let program = job.spec.program_name.to_string_lossy().into_owned();
    let (status, usage) = match job.check() {
        Ok(()) if job.monitor == Some(crate::outcome::Monitor::Ptrace) => {
            let report = traced::run(job, control, started, traced::Wanted::default());
            (report.status, report.usage)
        }
        Ok(()) => launch_and_watch(job, control, started),
        Err(error) => (Status::SetupFailed(error), Usage::default()),
    };
    Outcome::new(program, status, Usage { wall: started.elapsed(), ..usage })
}

fn launch_and_watch(job: Job, control: &Control, started: Instant) -> (Status, Usage) {
    let Job { spec, policy, handlers, .. } = job;
    let setup_failed = |error| (Status::SetupFailed(error), Usage::default());
    let mailbox = match Mailbox::new() {
        Ok(mailbox) => mailbox,
        Err(sys::Errno(errno)) => {
            let error = SetupError::new(Stage::Listener, Some(errno));
            return setup_failed(
                error.with_hint(Some("a kernel with seccomp user notification is needed (CONFIG_SECCOMP_FILTER)")),
            );
        }
    };
    let deadline = Deadline::new(started, spec.limits.wall_time());
    let (launched, bootstrap) = match launch::launch(spec) {
        Ok(Begun::Filtered(launched)) => (launched, Bootstrap::Exec),
        Ok(Begun::Unfiltered(unfiltered)) => match handshake::wait(unfiltered, control, deadline) {
            Ok((launched, last)) => (launched, Bootstrap::Close(last)),
            Err(failed) => {
                let handshake::Failed { tree, listener, end } = *failed;
                return finish(tree, listener, end);
            }
        },
        Err(error) => return setup_failed(error),
    };
    notify::wake_synchronously(launched.listener());
    let judge = Judge::new(policy, handlers, matches!(bootstrap, Bootstrap::Close(_)));
    let mut monitor = Monitor {
        launched: &launched,
        judge: &judge,
        control,
        mailbox,
        deadline,
        bootstrap: Some(bootstrap),
        listening: true,
        exec_pending: false,
    };
    let end = monitor.watch();
    let (tree, listener) = launched.into_parts();
    finish(tree, Some(listener), end)
}

/// The one call that passes whatever the policy says.
#[derive(Clone, Copy, Debug)]
enum Bootstrap {
    /// The launcher's own exec, which nothing comes before.
    Exec,
    /// The last step of the handshake.
    Close(LastStep),
}

/// Why supervision ends.
#[derive(Debug)]
enum End {
    Violation(Box<Violation>),
    Killed,
    TimedOut(Duration),
    /// The program never came to its policy.
    NotSandboxed(SetupError),
    /// The whole sandbox is gone by itself.
    Gone,
    Broken(String),
}

/// When the wall time is over.
#[derive(Clone, Copy, Debug)]
struct Deadline(Option<(Instant, Duration)>);

impl Deadline {
    /// Zero is no limit, and so is one that no clock reaches.
    fn new(since: Instant, limit: Option<Duration>) -> Deadline {
        let limit = limit.filter(|limit| !limit.is_zero());
        Deadline(limit.and_then(|limit| since.checked_add(limit).map(|at| (at, limit))))
    }

    fn left(self) -> Option<Duration> {
        self.0.map(|(at, _)| at.saturating_duration_since(Instant::now()))
    }

    /// The limit, if it is over.
    fn over(self) -> Option<Duration> {
        self.0.filter(|(at, _)| Instant::now() >= *at).map(|(_, limit)| limit)
    }
}

/// What a round of waiting found.
#[derive(Clone, Copy, Debug)]
struct Ready {
    /// The host has a request.
    woken: bool,
    notification: bool,
    /// No task has the filter any more.
    hung_up: bool,
    gone: bool,
}

struct Monitor<'a> {
    launched: &'a Launched,
    judge: &'a Judge,
    control: &'a Control,
    mailbox: Mailbox,
    deadline: Deadline,
    /// What is still to come.
    bootstrap: Option<Bootstrap>,
    listening: bool,
    /// Set between the bootstrap exec's answer and its completion.
    exec_pending: bool,
}

impl Monitor<'_> {
    /// Rounds until something ends the sandbox. The order within a round is the priority of ends that coincide.
    fn watch(&mut self) -> End {
        loop {
            let ready = match self.wait() {
                Ok(ready) => ready,
                Err(errno) => return End::Broken(format!("waiting for the sandboxee failed: {errno}")),
            };
            if ready.notification {
                // One per round, so that the rest has its turn.
                if let Err(end) = self.notified() {
                    return end;
                }
            } else if ready.hung_up {
                self.listening = false;
            }
            if ready.woken {
                let requests = self.control.requests();
                if requests.killed {
                    return End::Killed;
                }
                if let Some(new) = requests.limit {
                    self.deadline = Deadline::new(new.since, new.limit);
                }
            }
            if let Some(limit) = self.deadline.over() {
                return End::TimedOut(limit);
            }
            if ready.gone {
                return End::Gone;
            }
            if let Some(error) = self.last_step().and_then(LastStep::over) {
                return End::NotSandboxed(error);
            }
            self.look_for_exec();
        }
    }

    /// The last step of the handshake, if it is still to come.
    fn last_step(&self) -> Option<&LastStep> {
        match &self.bootstrap {
            Some(Bootstrap::Close(last)) => Some(last),
            Some(Bootstrap::Exec) | None => None,
        }
    }

    fn wait(&self) -> Result<Ready, Errno> {
        // While the exec is under way it is that which is waited for, at the end of each round.
        let pending = self.exec_pending.then_some(Duration::ZERO);
        let patience = self.last_step().and_then(LastStep::left);
        let timeout = [pending, self.deadline.left(), patience].into_iter().flatten().min();
        // The listener comes last, so that it can be left out.
        let mut fds = [self.control.wake(), self.launched.init(), self.launched.listener()]
            .map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        let fds = if self.listening { &mut fds[..] } else { &mut fds[..2] };
        let nothing = Ready { woken: false, notification: false, hung_up: false, gone: false };
        match ppoll(fds, timeout.map(TimeSpec::from_duration), None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok(nothing),
            Err(errno) => return Err(errno),
        }
        let found = |index: usize| fds.get(index).and_then(PollFd::revents).unwrap_or(PollFlags::empty());
        if [0, 1, 2].into_iter().any(|index| found(index).contains(PollFlags::POLLNVAL)) {
            return Err(Errno::EBADF);
        }
        Ok(Ready {
            woken: found(0).contains(PollFlags::POLLIN),
            notification: found(2).contains(PollFlags::POLLIN),
            hung_up: found(2).intersects(PollFlags::POLLHUP | PollFlags::POLLERR),
            gone: found(1).contains(PollFlags::POLLIN),
        })
    }

    /// Takes one notification and deals with it.
    fn notified(&mut self) -> Result<(), End> {
        let listener = self.launched.listener();
        let broken = |what: &str, sys::Errno(errno)| End::Broken(format!("{what}: {}", Errno::from_raw(errno)));
        let notification = match self.mailbox.receive(listener) {
            Ok(Some(notification)) => notification,
            // The caller is gone.
            Ok(None) => return Ok(()),
            Err(errno) => return Err(broken("cannot receive a notification", errno)),
        };
        // Taken before the answer: there is no way on which a second such call finds it set.
        let before = self.bootstrap;
        let answer = match self.bootstrap.take() {
            Some(Bootstrap::Exec) => self.bootstrap_exec(&notification)?,
            Some(Bootstrap::Close(last)) if gives_up(&notification, last.listener) => self.bootstrap_close()?,
            pending => {
                self.bootstrap = pending;
                match self.judge.verdict(&notification.data) {
                    Verdict::Ask => return Err(End::Broken("not yet".to_owned())),
                    Verdict::Answer(answer) => answer,
                    Verdict::Violation(decision) => return Err(self.violation(listener, &notification, decision)),
                    Verdict::Unexpected => {
                        let nr = notification.data.nr;
                        return Err(End::Broken(format!(
                            "the filter asked about call {nr}, which the policy decides without help"
                        )));
                    }
                }
            }
        };
        // A caller that is gone by now needs no answer.
        let answered = self
            .mailbox
            .send(listener, notification.id, answer)
            .map_err(|errno| broken("cannot answer a notification", errno))?;
        if !answered && matches!(before, Some(Bootstrap::Close(_))) {
            // A signal has interrupted it (before Linux 5.19 it can): it comes again.
            self.bootstrap = before;
        }
        Ok(())
    }

    /// The first notification of all must be the launcher's exec, which nothing comes before.
    fn bootstrap_exec(&mut self, notification: &Notification) -> Result<Answer, End> {
        let data = &notification.data;
        let is_exec = i64::from(data.nr) == libc::SYS_execveat
            && Arch::native().is_some_and(|arch| arch.audit() == data.arch)
            && u32::try_from(self.launched.main_pid()) == Ok(notification.pid);
        if !is_exec {
            return Err(End::Broken(format!("call {} came before the sandboxee was executed", data.nr)));
        }
        self.not_over()?;
        self.exec_pending = self.control.is_awaited();
        Ok(Answer::Continue)
    }

    /// The sandboxee has sandboxed itself, and the host has the listener.
    fn bootstrap_close(&mut self) -> Result<Answer, End> {
        self.not_over()?;
        self.running();
        Ok(Answer::Continue)
    }

    /// What has not begun need not be ended.
    fn not_over(&self) -> Result<(), End> {
        if self.control.is_killed() {
            return Err(End::Killed);
        }
        self.deadline.over().map_or(Ok(()), |limit| Err(End::TimedOut(limit)))
    }

    fn violation(
        &self,
        listener: BorrowedFd<'_>,
        notification: &Notification,
        decision: crate::policy::Decision,
    ) -> End {
        let mut read = |address| notify::read_string(listener, notification, address, explain::TEXT_LIMIT);
        let violation = explain::explain(&self.judge.policy, decision, &notification.data, notification.pid, &mut read);
        End::Violation(Box::new(violation))
    }

    /// Tells whoever waits for the start, once the program is in its place. A failed exec is told as the outcome.
    fn look_for_exec(&mut self) {
        if self.exec_pending && self.launched.wait_left_launcher(EXEC_PAUSE) {
            self.exec_pending = false;
            if !self.launched.has_failed() {
                self.running();
            }
        }
    }

    fn running(&self) {
        self.control.announce_running(u32::try_from(self.launched.main_pid()).unwrap_or(0));
    }
}

/// Whether this is the `close` of the listener, which has that number in the sandboxee.
fn gives_up(notification: &Notification, listener: i32) -> bool {
    launch::gives_listener_up(&notification.data) && notification.data.args[0] as u32 == listener.cast_unsigned()
}

/// Waits until `pidfd`'s process is gone, at most that long.
fn wait_gone(pidfd: BorrowedFd<'_>, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let mut fds = [PollFd::new(pidfd, PollFlags::POLLIN)];
        match ppoll(&mut fds, Some(TimeSpec::from_duration(left)), None) {
            Ok(0) => return false,
            Err(Errno::EINTR) => {}
            // If it cannot be waited for, reaping it will say more.
            Ok(_) | Err(_) => return true,
        }
    }
}

/// Ends what is left of the sandbox, reaps it and makes up the status. The listener is closed when nothing is left.
fn finish(tree: Tree, listener: Option<OwnedFd>, end: End) -> (Status, Usage) {
    let killed = if matches!(end, End::Gone) { Ok(()) } else { tree.kill() };
    if killed.is_err() || !wait_gone(tree.init(), KILL_PATIENCE) {
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
        End::Broken(what) => Status::InternalError { what },
        // What went wrong first in the sandbox's own processes says more.
        End::NotSandboxed(error) => Status::SetupFailed(setup_failure.unwrap_or_else(|| match main_status {
            Some(status) => launch::with_end(error, status),
            None => error,
        })),
        End::Gone => match (setup_failure, main_status) {
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
