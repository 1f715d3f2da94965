//! The tracing thread: every stop of every task, and what is done about it.
//!
//! It takes all stops that there are before it lets one task go on, so that no task has a second turn before every other had its
//! first. A task that is not let go on stays stopped: whatever goes wrong here, nothing goes on unseen. That a task is gone
//! (ESRCH) when something is to be done with it is no error: it can be killed in any stop, and its end is reported by itself.
//!
//! Here are the loop and the life of tasks; `calls` has what is done about a call, `rulings` what handlers decide, `looks` what
//! reports need.

mod attach;
mod calls;
mod looks;
mod rulings;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use sandbox2_policy::insn::SeccompData;

use super::asks::Asks;
use super::findings::{Findings, Why};
use crate::monitor::end::End;
use crate::monitor::errand::Stacks;
use crate::monitor::hub::quietly;
use crate::monitor::judge::Judge;
use crate::observer::Observer;
use crate::sys;
use crate::sys::abi::Rusage;
use crate::sys::bell::Bell;
use crate::sys::ptrace;

/// What the tracing thread works with.
pub(super) struct Tracer {
    judge: Arc<Judge>,
    observer: Option<Arc<dyn Observer>>,
    /// When stacks are told.
    stacks: Option<Stacks>,
    findings: Arc<Findings>,
    main: i32,
    tasks: HashMap<i32, State>,
    /// Whether the program has taken the launcher's place, or is there from the start.
    executed: bool,
    /// Whether the program has yet to say that it has sandboxed itself.
    unsandboxed: bool,
    /// The thread of the main process that was last sent a signal that tells of a mistake, and that signal.
    struck: Option<(i32, i32)>,
    asks: Option<Asks>,
    bell: Option<Bell>,
    /// Stops that were heard of while something else was done.
    missed: Vec<(i32, i32)>,
    /// Nothing goes on any more: the sandbox is about to be killed.
    over: bool,
}

/// What is known of a task.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// The call that it is in, if somebody wants to hear what it returns.
    inspected: Option<SeccompData>,
    /// The question that a handler has about its call.
    asked: Option<u64>,
}

type Step = Result<(), End>;

/// False if the task is gone.
fn alive(result: sys::Result<()>, what: &str) -> Result<bool, End> {
    match result {
        Ok(()) => Ok(true),
        Err(sys::Errno(libc::ESRCH)) => Ok(false),
        Err(errno) => Err(broken(what, errno)),
    }
}

fn broken(what: &str, sys::Errno(errno): sys::Errno) -> End {
    End::Broken(format!("{what}: {}", Errno::from_raw(errno)))
}

fn thread(tid: i32) -> u32 {
    u32::try_from(tid).unwrap_or(0)
}

impl Tracer {
    pub(super) fn new(
        judge: Judge,
        observer: Option<Arc<dyn Observer>>,
        findings: Arc<Findings>,
        stacks: Option<Stacks>,
    ) -> Tracer {
        Tracer {
            stacks,
            judge: Arc::new(judge),
            observer,
            findings,
            main: -1,
            tasks: HashMap::new(),
            executed: false,
            unsandboxed: false,
            struck: None,
            asks: None,
            bell: None,
            missed: Vec::new(),
            over: false,
        }
    }

    /// Sees to it that the thread can be woken at any time, and not only by handlers.
    ///
    /// # Errors
    /// If there is no memory.
    pub(super) fn make_wakeable(&mut self) -> sys::Result<()> {
        self.make_bell()?;
        self.findings.set_wakeable();
        Ok(())
    }

    fn make_bell(&mut self) -> sys::Result<()> {
        let bell = Bell::new()?;
        self.findings.set_ringer(bell.ringer());
        self.bell = Some(bell);
        Ok(())
    }

    /// Traces until no task is left.
    pub(super) fn run(mut self) {
        let mut stops = Vec::new();
        loop {
            match self.wait(&mut stops) {
                Ok(true) => {}
                Ok(false) => return,
                // The kernel kills whatever is still traced when this thread ends.
                Err(end) => return self.end(end),
            }
            for (tid, status) in stops.drain(..) {
                if let Err(end) = self.stop(tid, status) {
                    self.end(end);
                }
            }
            while let Some((tid, status)) = self.missed.pop() {
                if let Err(end) = self.stop(tid, status) {
                    self.end(end);
                }
            }
            if let Err(end) = self.settle(Duration::ZERO) {
                self.end(end);
            }
        }
    }

    /// From now on nothing goes on.
    fn end(&mut self, end: End) {
        if !self.over {
            self.over = true;
            self.findings.end(end);
        }
    }

    // --- waiting ---

    /// All stops and ends that there are, at least one of them or an answer of a handler; false if there are no tasks any more.
    fn wait(&mut self, stops: &mut Vec<(i32, i32)>) -> Result<bool, End> {
        let mut usage = Rusage::default();
        let mut flags = if self.may_sleep()? { 0 } else { libc::WNOHANG };
        loop {
            match ptrace::wait(-1, libc::__WNOTHREAD | flags, &mut usage) {
                Ok((0, _)) => return Ok(true),
                Ok((pid, _)) if self.bell.as_mut().is_some_and(|bell| bell.is_sleeper(pid)) => {}
                Ok(stop) => stops.push(stop),
                Err(sys::Errno(libc::EINTR)) => continue,
                // Those that have been found last have ended.
                Err(sys::Errno(libc::ECHILD)) => return Ok(!stops.is_empty()),
                Err(errno) => return Err(broken("waiting for the sandboxee failed", errno)),
            }
            if self.tasks.len() == 1 && self.bell.is_none() {
                return Ok(true);
            }
            flags = libc::WNOHANG;
        }
    }

    /// Whether to wait for a stop without anything else to do; sees to it that whatever else comes ends that.
    fn may_sleep(&mut self) -> Result<bool, End> {
        if self.findings.is_closing() {
            // Nobody is answered any more, and the end of all tasks is not kept waiting by the bell.
            self.over = true;
            self.bell = None;
        }
        let Some(bell) = &mut self.bell else { return Ok(true) };
        if bell.was_rung() {
            return Ok(false);
        }
        let asks = self.asks.as_ref().filter(|asks| !asks.is_empty());
        if asks.is_none() && !self.findings.may_want() {
            return Ok(true);
        }
        bell.arm(asks.and_then(Asks::left)).map_err(|errno| broken("no process to be woken by", errno))
    }

    // --- stops ---

    fn stop(&mut self, tid: i32, status: i32) -> Step {
        if !libc::WIFSTOPPED(status) {
            self.tasks.remove(&tid);
            if let Some(asks) = &mut self.asks {
                asks.forget(tid);
            }
            return Ok(());
        }
        let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
        if self.over {
            // What is being killed has to come to its end; the rest waits for it where it is.
            return if event == libc::PTRACE_EVENT_EXIT { self.go_on(tid, 0) } else { Ok(()) };
        }
        self.tasks.entry(tid).or_default();
        match (event, signal) {
            (ptrace::EVENT_SECCOMP, _) => self.call(tid),
            (libc::PTRACE_EVENT_EXEC, _) => self.exec(tid),
            (libc::PTRACE_EVENT_EXIT, _) => self.exit(tid),
            (ptrace::EVENT_STOP, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU) => {
                alive(ptrace::listen(tid), "a stopped task cannot be left stopped").map(drop)
            }
            (libc::PTRACE_EVENT_CLONE | libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK, _) => {
                // A new task, which the kernel has attached by itself; its own first stop comes before or after this.
                if let Ok(Ok(new)) = ptrace::event_message(tid).map(i32::try_from) {
                    self.tasks.entry(new).or_default();
                }
                self.go_on(tid, 0)
            }
            (0, CALL) => self.returned(tid),
            (0, signal) => self.signal(tid, signal),
            _ => self.go_on(tid, 0),
        }
    }

    fn go_on(&self, tid: i32, signal: i32) -> Step {
        let inspected = self.tasks.get(&tid).is_some_and(|state| state.inspected.is_some());
        let result = if inspected { ptrace::go_on_to_return(tid, signal) } else { ptrace::go_on(tid, signal) };
        alive(result, "a stopped task cannot go on").map(drop)
    }

    fn exec(&mut self, tid: i32) -> Step {
        // A thread that is not the first of its process takes the first one's number; what was known of that one is void.
        if let Ok(former) = ptrace::event_message(tid) {
            let former = i32::try_from(former).unwrap_or(tid);
            if former != tid {
                if let Some(asks) = &mut self.asks {
                    asks.forget(tid);
                }
                let state = self.tasks.remove(&former).unwrap_or_default();
                self.tasks.insert(tid, state);
            }
        }
        if tid == self.main && !self.executed {
            self.executed = true;
            self.findings.running();
        }
        self.go_on(tid, 0)
    }

    fn exit(&mut self, tid: i32) -> Step {
        if let (true, Ok(message)) = (self.executed, ptrace::event_message(tid)) {
            let status = i32::try_from(message).unwrap_or(0);
            let struck = self.struck.is_some_and(|(struck, signal)| {
                struck == tid && libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == signal
            });
            if libc::WIFSIGNALED(status) && (struck || tid == self.main) {
                self.stopped_for_report(tid, Why::Signal(libc::WTERMSIG(status)));
            } else if tid == self.main {
                self.stopped_for_report(tid, Why::Exit);
            }
        }
        self.go_on(tid, 0)
    }

    fn signal(&mut self, tid: i32, signal: i32) -> Step {
        if self.executed {
            self.tell(|observer| observer.signal(thread(tid), signal));
            if tells_of_a_mistake(signal) && self.is_of_main(tid) {
                self.struck = Some((tid, signal));
            }
        }
        self.go_on(tid, signal)
    }

    /// Tells the observer, if there is one.
    fn tell(&self, what: impl FnOnce(&dyn Observer)) {
        let Some(observer) = &self.observer else { return };
        if let Some(panic) = quietly(|| what(&**observer)) {
            self.findings.failed("observer", panic);
        }
    }

    /// Whether a stopped task is a thread of the main process.
    fn is_of_main(&self, tid: i32) -> bool {
        tid == self.main || std::path::Path::new(&format!("/proc/{}/task/{tid}", self.main)).exists()
    }
}

/// What `PTRACE_O_TRACESYSGOOD` makes of the stop at a call's end.
const CALL: i32 = libc::SIGTRAP | 0x80;

/// Whether a signal's default is to leave a core, so that it is worth knowing which thread it was sent to.
fn tells_of_a_mistake(signal: i32) -> bool {
    matches!(
        signal,
        libc::SIGQUIT
            | libc::SIGILL
            | libc::SIGTRAP
            | libc::SIGABRT
            | libc::SIGBUS
            | libc::SIGFPE
            | libc::SIGSEGV
            | libc::SIGXCPU
            | libc::SIGXFSZ
            | libc::SIGSYS
    )
}
