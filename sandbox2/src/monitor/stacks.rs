//! The stacks of a sandboxee that is about to end: its threads are stopped, looked at, and killed.
//!
//! The thread that stops them is the only one that can look at them, and must be there until they are dead. So all of that is done in one go,
//! by whichever thread supervises, while its hub is left for others.

use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::end::End;
use crate::outcome::Outcome;
use crate::report::maps::Maps;
use crate::report::stack::Stack;
use crate::sys::abi::Rusage;
use crate::sys::notify::{self, Answer, Mailbox, Notification};
use crate::sys::ptrace::{self, Registers};
use crate::sys::{Errno, calls};
use crate::unwind::{Snapshot, StackTraces, Symbolizer, tell};

/// How long one of the other threads may take to stop; and the one that it is about, and all the others together.
const STOPPING: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// How long killed threads are waited for.
const DYING: Duration = Duration::from_secs(2);

/// How long to wait between two looks: there is no descriptor that tells of a stop.
const SHORTEST_PAUSE: Duration = Duration::from_micros(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(1);

/// The most threads that are stopped.
const MOST_THREADS: usize = 64;

/// When stacks are told, and by whom.
#[derive(Clone)]
pub(crate) struct Stacks {
    pub(crate) options: StackTraces,
    pub(crate) symbolizer: Arc<dyn Symbolizer + Send + Sync>,
}

impl Stacks {
    /// The stacks of those tasks of a process, which stay stopped meanwhile.
    pub(super) fn tell(&self, process: i32, tasks: &[(i32, Registers)]) -> Found {
        let snapshot = Snapshot::capture(process, tasks, &self.options);
        let stacks = tell(&snapshot, &self.options, &*self.symbolizer);
        Found { stacks, maps: Some(snapshot.maps().clone()).filter(|maps| !maps.mappings.is_empty()) }
    }

    /// Whether some of them can be told by a tracer alone.
    pub(super) fn need_ptrace(&self) -> bool {
        self.options.wants_signal() || self.options.wants_exit()
    }

    /// Whether an end like that is to have them. Of what has ended already there are none.
    pub(super) fn wants(&self, end: &End) -> bool {
        match end {
            End::Violation(_) => self.options.wants_violation(),
            End::TimedOut(_) | End::CpuTimeExceeded(_) => self.options.wants_timeout(),
            End::Killed => self.options.wants_kill(),
            End::NotSandboxed(_) | End::Gone | End::Broken(_) => false,
        }
    }
}

/// How a sandboxee is looked at while it goes on.
pub(super) fn looker(stacks: Stacks, init: OwnedFd, main_pid: i32) -> super::control::Looker {
    Box::new(move || match init.try_clone() {
        Ok(init) => Subject { stacks: stacks.clone(), init, main_pid, call: None }.peek(),
        Err(error) => vec![untold(main_pid, &error.to_string())],
    })
}

/// What is looked at.
pub(super) struct Subject {
    pub(super) stacks: Stacks,
    /// Init, to kill everything with.
    pub(super) init: OwnedFd,
    /// The sandboxee's process id, where it is not a call that is looked at.
    pub(super) main_pid: i32,
    /// The call that is denied, and where it waits.
    pub(super) call: Option<(Arc<OwnedFd>, Notification)>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) stacks: Vec<Stack>,
    pub(super) maps: Option<Maps>,
}

impl Found {
    pub(super) fn told(self, outcome: Outcome) -> Outcome {
        outcome.with_stacks(self.stacks, self.maps)
    }
}

/// Threads that this thread is attached to.
#[derive(Default)]
struct Attached {
    tids: Vec<i32>,
    stopped: Vec<(i32, Registers)>,
    /// The signals that they have stopped for.
    signals: Vec<(i32, i32)>,
    /// Whether they go on afterwards, also if this thread ends before.
    lets_go: bool,
}

impl Subject {
    /// Looks at it, and kills the sandbox. Nothing here fails: what cannot be told is missing, or says why.
    pub(super) fn look(self) -> Found {
        let mut attached = Attached::default();
        let first = match &self.call {
            Some((listener, notification)) => attached.stop_caller(listener, notification),
            None => attached.stop(self.main_pid, STOPPING.1, |tid| self.is_of_this_sandbox(tid)),
        };
        let found = match first {
            Ok(first) => self.tell(&mut attached, first),
            Err(why) => {
                let tid = self.call.as_ref().map_or(self.main_pid, |(_, notification)| notification.pid.cast_signed());
                Found { stacks: vec![untold(tid, &why)], maps: None }
            }
        };
        // ESRCH: it has ended by itself. Whoever supervises kills it again, in any way there is.
        let _ = calls::pidfd_send_signal(self.init.as_raw_fd(), libc::SIGKILL);
        attached.bury();
        found
    }

    /// Looks at it, and lets it go on. On a thread of its own: whatever does not stop in time is let go when that ends.
    pub(super) fn peek(self) -> Vec<Stack> {
        let thread = std::thread::Builder::new().name("sandbox2-look".to_owned()).spawn(move || {
            let mut attached = Attached { lets_go: true, ..Attached::default() };
            match attached.stop(self.main_pid, STOPPING.1, |tid| self.is_of_this_sandbox(tid)) {
                Ok(first) => {
                    let found = self.tell(&mut attached, first);
                    attached.let_go();
                    found.stacks
                }
                Err(why) => vec![untold(self.main_pid, &why)],
            }
        });
        match thread.map(std::thread::JoinHandle::join) {
            Ok(Ok(stacks)) => stacks,
            Ok(Err(_)) | Err(_) => vec![untold(0, "there is no thread for it")],
        }
    }

    fn tell(&self, attached: &mut Attached, first: i32) -> Found {
        let process = process_of(first).unwrap_or(first);
        if self.stacks.options.wants_all_threads() {
            let until = Instant::now() + STOPPING.1;
            for tid in threads_of(process).into_iter().filter(|tid| *tid != first).take(MOST_THREADS - 1) {
                if Instant::now() >= until {
                    break;
                }
                // One that has ended meanwhile, or does not stop, is left out.
                let _ = attached.stop(tid, STOPPING.0, |tid| self.is_of_this_sandbox(tid));
            }
        }
        self.stacks.tell(process, &attached.stopped)
    }

    /// Whether a number is that of a thread of this sandbox.
    fn is_of_this_sandbox(&self, tid: i32) -> bool {
        crate::launch::is_of_sandbox(tid, &self.init)
    }
}

impl Attached {
    /// Stops the thread that waits in that call: it is denied, and stopped before it goes on.
    fn stop_caller(&mut self, listener: &Arc<OwnedFd>, notification: &Notification) -> Result<i32, String> {
        let tid = i32::try_from(notification.pid).ok().filter(|tid| *tid > 0).ok_or("it has no number here")?;
        let is_caller = |_: i32| notify::is_valid(listener.as_fd(), notification.id);
        self.attach(tid, is_caller)?;
        ptrace::interrupt(tid).map_err(|errno| named("stopped", errno))?;
        let denied = Mailbox::new()
            .and_then(|mut mailbox| mailbox.send(listener.as_fd(), notification.id, Answer::Fail(libc::ENOSYS as u16)));
        denied.map_err(|errno| named("denied", errno))?;
        self.await_stop(tid, STOPPING.1)
    }

    /// Stops a thread.
    fn stop(&mut self, tid: i32, patience: Duration, is_right: impl Fn(i32) -> bool) -> Result<i32, String> {
        self.attach(tid, is_right)?;
        ptrace::interrupt(tid).map_err(|errno| named("stopped", errno))?;
        self.await_stop(tid, patience)
    }

    fn attach(&mut self, tid: i32, is_right: impl Fn(i32) -> bool) -> Result<(), String> {
        // It may have ended long ago, while an observer took its time: then the number can be anybody's, and nobody is touched.
        if !is_right(tid) {
            return Err("it has ended".to_owned());
        }
        let options = if self.lets_go { 0 } else { libc::PTRACE_O_EXITKILL };
        ptrace::seize(tid, options).map_err(|errno| named("attached to", errno))?;
        // While this is attached to it, the number is nobody else's.
        if is_right(tid) {
            self.tids.push(tid);
            return Ok(());
        }
        // It goes on as if nothing had been, which it needs to be stopped for.
        let _ = ptrace::interrupt(tid);
        let _ = await_change(tid, DYING);
        let _ = ptrace::detach(tid, 0);
        Err("it has ended".to_owned())
    }

    fn await_stop(&mut self, tid: i32, patience: Duration) -> Result<i32, String> {
        match await_change(tid, patience) {
            Some(status) if libc::WIFSTOPPED(status) => {
                if self.lets_go && status >> 16 != ptrace::EVENT_STOP {
                    // It has stopped for a signal that came just then: that is delivered when it is let go.
                    self.signals.push((tid, libc::WSTOPSIG(status)));
                }
                let registers = ptrace::registers(tid).map_err(|errno| named("read", errno))?;
                self.stopped.push((tid, registers));
                Ok(tid)
            }
            Some(_) => {
                self.tids.retain(|attached| *attached != tid);
                Err("it has ended".to_owned())
            }
            None => Err(format!("it did not stop within {patience:?}")),
        }
    }

    /// Lets those that have stopped go on as if nothing had been.
    fn let_go(self) {
        for (tid, _) in self.stopped {
            let signal = self.signals.iter().find(|(of, _)| *of == tid).map_or(0, |(_, signal)| *signal);
            // ESRCH: it was killed meanwhile, and is reaped when this thread ends.
            let _ = ptrace::detach(tid, signal);
        }
    }

    /// Waits until all of them are dead: nobody else can. They take turns, since the first thread of a process is not dead before its others
    /// are.
    fn bury(mut self) {
        let until = Instant::now() + DYING;
        let mut pause = SHORTEST_PAUSE;
        loop {
            self.tids.retain(|tid| !is_buried(*tid));
            if self.tids.is_empty() || Instant::now() >= until {
                return;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Whether a killed thread is dead, or none of ours.
fn is_buried(tid: i32) -> bool {
    match ptrace::wait(tid, libc::WNOHANG, &mut Rusage::default()) {
        Ok((0, _)) | Err(Errno(libc::EINTR)) => false,
        Ok((_, status)) if libc::WIFSTOPPED(status) => {
            // Another stop on its way out.
            let _ = ptrace::go_on(tid, 0);
            false
        }
        Ok(_) | Err(_) => true,
    }
}

/// What is told of a thread that nothing can be told of.
pub(super) fn untold(tid: i32, why: &str) -> Stack {
    let error = Some(format!("the thread cannot be looked at: {why}"));
    Stack { tid: tid.cast_unsigned(), error, ..Stack::default() }
}

fn named(what: &str, Errno(errno): Errno) -> String {
    format!("it cannot be {what}: {}", nix::errno::Errno::from_raw(errno))
}

/// The next stop of a thread, or its end, at most that long; `None` if neither comes, or nobody is there.
fn await_change(tid: i32, patience: Duration) -> Option<i32> {
    let until = Instant::now() + patience;
    let mut pause = SHORTEST_PAUSE;
    loop {
        match ptrace::wait(tid, libc::WNOHANG, &mut Rusage::default()) {
            Ok((0, _)) | Err(Errno(libc::EINTR)) => {}
            Ok((_, status)) => return Some(status),
            Err(_) => return None,
        }
        if Instant::now() >= until {
            return None;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// The process that a thread belongs to.
pub(super) fn process_of(tid: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{tid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("Tgid:"))?.trim().parse().ok()
}

pub(super) fn threads_of(process: i32) -> Vec<i32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    tasks.filter_map(|task| task.file_name().to_str()?.parse().ok()).collect()
}
