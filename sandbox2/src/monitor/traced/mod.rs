//! Supervision by `ptrace(2)`: for hosts where no listener can be had, and for those who want to see signals, return values and
//! registers.
//!
//! # Two threads
//! A task is traced by one *thread*, which alone can hear of its stops, and only in `wait4(2)`, which waits for nothing else. So
//! there are two. The tracing thread ([`tracer`]) attaches to the sandboxee and does nothing but answer stops. The thread that
//! called ([`run`]) has launched the sandbox and watches the clock: it waits for the host's requests, the deadline, the sandbox's
//! end and what the tracer finds, in one `ppoll(2)`. It ends a sandbox by killing init, which needs no tracer, so that no flood of
//! stops delays a deadline or a kill. This needs no signal, and changes no disposition or mask of the host's. (The kernel sends the
//! host a SIGCHLD at each stop, as for any child; nothing here waits for it.)
//!
//! The tracing thread waits with `__WNOTHREAD` and has no children but its own [bell](crate::sys::bell), so that no child of the
//! host's is taken from it. The other way round there is no such protection: a host that itself waits for *any* child
//! (`waitpid(-1)`) takes stops away. The task then stays stopped until it is killed: nothing fails open.
//!
//! While a handler is asked ([`asks`]) the task stays stopped and the others go on. The handler's thread wakes the tracer by the
//! bell: a process that ends when it is rung. It exists only while a handler takes its time.
//!
//! # What ends when
//! If the tracing thread ends, whatever the reason, the kernel kills every task that it traced (`PTRACE_O_EXITKILL`), and the
//! sandboxee's end is init's. If the calling thread ends, init is killed (`PR_SET_PDEATHSIG`), and everything in its namespace
//! with it. If the host dies, both. Where nobody traces, what the filter asks about fails with ENOSYS. Killed tasks are gone only
//! when the tracer has taken note of it, so it goes on until there are none.

mod asks;
mod caller;
mod findings;
mod handshake;
#[cfg(test)]
mod tests;
mod tracer;

use std::os::fd::AsFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;

use self::findings::{Findings, Order};
pub(crate) use self::findings::{Stopped, Why};
use self::tracer::Tracer;
use super::control::{Attention, Bell, Control};
use super::end::{Deadline, End, Ending};
use super::errand::{Found, Stacks};
use super::job::Job;
use super::judge::Judge;
use super::meter::Meter;
use super::started_by;
use crate::error::{SetupError, Stage};
use crate::launch::{self, BegunTraced, Tree, Untraced};
use crate::observer::Observer;
use crate::outcome::{Failures, Monitor, Outcome, Status, Supervised, Usage};
use crate::report::registers::Registers;
use crate::sys;

/// How long all tasks may take to stop, and to have their stacks told, before they are killed without that.
const COLLECTION_LIMIT: Duration = Duration::from_secs(8);

/// How long the tracer may take to see the end of what was killed.
const DONE_LIMIT: Duration = Duration::from_secs(5);

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) status: Status,
    pub(crate) usage: Usage,
    /// What was seen of tasks in stops that are worth a report.
    pub(crate) stops: Vec<Stopped>,
    /// What went wrong in code of the host's.
    pub(crate) failures: Failures,
    /// What was told of stacks.
    pub(crate) found: Found,
    /// How many calls the tracer decided about.
    pub(crate) notified: u64,
}

impl Report {
    /// The outcome of a run that took so long.
    pub(super) fn into_outcome(self, program: String, wall: Duration) -> Outcome {
        let registers = self.registers().cloned();
        let supervised = Supervised { monitor: Monitor::Ptrace, notified: self.notified, ..Supervised::default() };
        let outcome = Outcome::new(program, self.status, Usage { wall, ..self.usage });
        let outcome = outcome.with_failures(self.failures).with_supervised(supervised).with_registers(registers);
        self.found.told(outcome)
    }

    pub(super) fn failed(error: SetupError) -> Report {
        Report::of((Status::SetupFailed(error), Usage::default()))
    }

    fn of((status, usage): (Status, Usage)) -> Report {
        Report { status, usage, stops: Vec::new(), failures: Failures::default(), found: Found::default(), notified: 0 }
    }

    /// The registers of the thread that the status is about: whoever made the denied call, or was ended by the signal.
    pub(crate) fn registers(&self) -> Option<&Registers> {
        let why = match &self.status {
            Status::Violation(_) => Why::Violation,
            Status::Signaled { signal, .. } => Why::Signal(*signal),
            _ => return None,
        };
        // If several threads were ended by it, the one that was struck is told of, or else the first.
        self.stops.iter().rev().find(|stop| stop.why == why).map(|stop| &stop.registers)
    }
}

/// Where whoever holds a sandbox rings for the thread that watches its clock.
#[derive(Debug)]
pub(super) struct Doorbell(Bell<()>);

impl Doorbell {
    pub(super) fn new() -> Result<Doorbell, SetupError> {
        Bell::new().map(Doorbell)
    }
}

impl Attention for Doorbell {
    fn call(&self, _: u64) {
        self.0.ring(());
    }
}

/// Whether the tracer must be woken for a look at what is about to be killed.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    at_timeout: bool,
    at_kill: bool,
    /// Or at what goes on.
    stacks: bool,
}

impl Wanted {
    #[cfg(feature = "symbolize")]
    fn of(stacks: Option<&Stacks>) -> Wanted {
        stacks.map_or_else(Wanted::default, |stacks| Wanted {
            at_timeout: stacks.options.wants_timeout(),
            at_kill: stacks.options.wants_kill(),
            stacks: true,
        })
    }

    #[cfg(not(feature = "symbolize"))]
    fn of(_: Option<&Stacks>) -> Wanted {
        Wanted::default()
    }
}

/// Launches and supervises on the calling thread until the sandbox is gone. Requests come to `control` by way of `doorbell`.
pub(super) fn run(job: Job, control: &Control, doorbell: &Doorbell, started: Instant) -> Report {
    let Job { spec, policy, handlers, observer, stacks, .. } = job;
    let tree_cpu_time = spec.limits.tree_cpu_time();
    let deadline = Deadline::new(started, spec.limits.wall_time());
    let begun = Findings::new().and_then(|findings| Ok((Arc::new(findings), launch::launch_traced(spec, &policy)?)));
    let (findings, begun) = match begun {
        Ok(begun) => begun,
        Err(error) => return Report::failed(error),
    };
    let judge = Judge::new(policy, handlers, matches!(begun, BegunTraced::Unfiltered(_)));
    let wanted = Wanted::of(stacks.as_ref());
    let tracer = Tracer::new(judge, observer.clone(), Arc::clone(&findings), stacks);
    let observer = observer.as_deref();
    // Before anything that an observer's panic could end.
    let _close = Close(&findings);
    let meter = Meter::new(tree_cpu_time, Instant::now());
    #[cfg(feature = "symbolize")]
    if wanted.stacks {
        let findings = Arc::clone(&findings);
        let none = || vec![super::stacks::untold(0, "it has ended")];
        control.set_looker(Box::new(move || findings.look(COLLECTION_LIMIT).unwrap_or_else(none)));
    }
    let mut clock = Clock { control, doorbell, findings: &findings, deadline, meter, announced: false };
    let (begun, thread) = match start(tracer, &findings, wanted) {
        Err(error) => return Report::of(Ending::new(into_tree(begun), None, End::NotSandboxed(error)).wait()),
        Ok(thread) => match begun {
            BegunTraced::Filtered(untraced) => (clock.release(untraced, observer), thread),
            BegunTraced::Unfiltered(unfiltered) => (handshake::wait(unfiltered, &mut clock, observer), thread),
        },
    };
    let (tree, end) = match begun {
        Ok(tree) => {
            let end = clock.watch(&tree);
            (tree, end)
        }
        Err(ended) => *ended,
    };
    let why = match end {
        End::TimedOut(_) | End::CpuTimeExceeded(_) if wanted.at_timeout => Some(Why::TimedOut),
        End::Killed if wanted.at_kill => Some(Why::Killed),
        _ => None,
    };
    if let Some(why) = why {
        findings.collect(why, COLLECTION_LIMIT);
    }
    conclude(tree, &findings, thread, end)
}

/// Tells of the tracing thread's end, however it comes.
struct LastWord(Arc<Findings>);

impl Drop for LastWord {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end(End::Broken("the tracing thread panicked".to_owned()));
        }
        self.0.done();
    }
}

/// Lets the tracing thread come to its end, even if the calling thread panics.
struct Close<'a>(&'a Findings);

impl Drop for Close<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Starts the tracing thread. It waits until it is told what to trace.
fn start(mut tracer: Tracer, findings: &Arc<Findings>, wanted: Wanted) -> Result<JoinHandle<()>, SetupError> {
    let word = LastWord(Arc::clone(findings));
    let thread = std::thread::Builder::new().name("sandbox2-tracer".to_owned()).spawn(move || {
        let word = word;
        let Some(order) = word.0.await_order() else { return };
        let bell = if wanted.stacks { tracer.make_wakeable() } else { Ok(()) };
        let bell = bell.map_err(|sys::Errno(errno)| SetupError::new(Stage::Trace, Some(errno)));
        let attached = bell.and_then(|()| tracer.attach(&order));
        drop(order);
        let traced = attached.is_ok();
        word.0.attached(attached);
        if traced {
            tracer.run();
        }
    });
    thread.map_err(|error| {
        SetupError::new(Stage::Trace, error.raw_os_error()).with_what("a thread to trace the sandboxee")
    })
}

fn into_tree(begun: BegunTraced) -> Tree {
    match begun {
        BegunTraced::Filtered(untraced) => untraced.into_tree(),
        BegunTraced::Unfiltered(unfiltered) => unfiltered.into_tree(),
    }
}

/// What is left of a sandboxee that does not come to its policy, and why it does not.
type Ended = Box<(Tree, End)>;

/// The thread that launches, and ends what it has launched.
struct Clock<'a> {
    control: &'a Control,
    doorbell: &'a Doorbell,
    findings: &'a Arc<Findings>,
    deadline: Deadline,
    meter: Option<Meter>,
    /// Whether it has been told that the program runs.
    announced: bool,
}

impl Clock<'_> {
    /// Has a sandboxee that waits for it traced, and lets it go on.
    fn release(&self, untraced: Untraced, observer: Option<&dyn Observer>) -> Result<Tree, Ended> {
        let attach = || {
            let pid = untraced.main_pid();
            let process = untraced.main().try_clone_to_owned();
            let process = process.map_err(|error| SetupError::new(Stage::Trace, error.raw_os_error()));
            let order = Order { pid, process: process.map_err(End::NotSandboxed)?, runs: false };
            self.findings.attach(order).map_err(End::NotSandboxed)?;
            started_by(observer, pid)?;
            self.not_over()
        };
        match attach() {
            Ok(()) => Ok(untraced.release()),
            Err(end) => Err(Box::new((untraced.into_tree(), end))),
        }
    }

    /// What has not begun need not be ended.
    fn not_over(&self) -> Result<(), End> {
        if self.control.is_killed() {
            return Err(End::Killed);
        }
        self.deadline.over().map_or(Ok(()), |limit| Err(End::TimedOut(limit)))
    }

    /// Rounds until something ends the sandbox. The order within a round is the priority of ends that coincide.
    fn watch(&mut self, tree: &Tree) -> End {
        loop {
            let [woken, gone, news] = match self.wait(tree) {
                Ok(ready) => ready,
                Err(errno) => return End::Broken(format!("waiting for the sandboxee failed: {errno}")),
            };
            if news {
                self.findings.read_news();
                if let Some(end) = self.findings.take_end() {
                    return end;
                }
                if self.findings.is_running() {
                    self.announce(tree);
                }
            }
            if woken && let Some(end) = self.requests(tree) {
                return end;
            }
            if let Some(limit) = self.deadline.over() {
                return End::TimedOut(limit);
            }
            if let Some(limit) = self.look_at_meter(tree) {
                return End::CpuTimeExceeded(limit);
            }
            if gone {
                return End::Gone;
            }
        }
    }

    /// The limit of all processes' time, if it is used up.
    fn look_at_meter(&mut self, tree: &Tree) -> Option<Duration> {
        let meter = self.meter.as_mut()?;
        let began = Instant::now();
        let mut used = meter.begin(began)?;
        tree.processes().processor_time(&mut used);
        meter.looked(used, began)
    }

    /// Does what the host asks for; an end, if that is it.
    fn requests(&mut self, tree: &Tree) -> Option<End> {
        let _ = self.doorbell.0.answer();
        let requests = self.control.requests();
        if requests.killed {
            return Some(End::Killed);
        }
        if let Some(new) = requests.limit {
            self.deadline = Deadline::new(new.since, new.limit);
        }
        if let Some(paused) = requests.paused {
            tree.processes().signal_all(if paused { libc::SIGSTOP } else { libc::SIGCONT });
        }
        None
    }

    /// Tells whoever waits for the start, once.
    fn announce(&mut self, tree: &Tree) {
        if !self.announced {
            self.announced = true;
            self.control.announce_running(u32::try_from(tree.main_pid()).unwrap_or(0));
        }
    }

    fn wait(&self, tree: &Tree) -> Result<[bool; 3], Errno> {
        let mut fds =
            [self.doorbell.0.as_fd(), tree.init(), self.findings.news()].map(|fd| PollFd::new(fd, PollFlags::POLLIN));
        let next = self.meter.as_ref().and_then(Meter::next_look);
        let next = next.map(|next| next.saturating_duration_since(Instant::now()));
        let wait = [self.deadline.left(), next].into_iter().flatten().min();
        match ppoll(&mut fds, wait.map(TimeSpec::from_duration), None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok([false; 3]),
            Err(errno) => return Err(errno),
        }
        let found = fds.map(|fd| fd.revents().unwrap_or(PollFlags::empty()));
        if found.iter().any(|found| found.contains(PollFlags::POLLNVAL)) {
            return Err(Errno::EBADF);
        }
        Ok(found.map(|found| found.contains(PollFlags::POLLIN)))
    }
}

/// Ends what is left, and puts together what is known of it.
fn conclude(tree: Tree, findings: &Findings, thread: JoinHandle<()>, end: End) -> Report {
    findings.close();
    // If that cannot be done, `finish` says so.
    let _ = if matches!(end, End::Gone) { Ok(()) } else { tree.kill() };
    let done = findings.await_done(DONE_LIMIT);
    // What was found while the end came says more than that it came; a violation more than any other.
    let end = match (end, findings.take_violation().or_else(|| findings.take_end())) {
        (End::Violation(violation), _) | (_, Some(End::Violation(violation))) => End::Violation(violation),
        (End::Gone, Some(end)) => end,
        (end, _) => end,
    };
    let (status, usage) = Ending::new(tree, None, end).wait();
    if done {
        // It has nothing left to do; if it panicked, that was told.
        let _ = thread.join();
    }
    let stops = findings.take_stops();
    Report {
        status,
        usage,
        stops,
        failures: findings.take_failures(),
        found: findings.take_found(),
        notified: findings.notified(),
    }
}
