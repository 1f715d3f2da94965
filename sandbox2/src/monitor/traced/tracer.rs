//! The tracing thread: every stop of every task, and what is done about it.
//!
//! It takes all stops that there are before it lets one task go on, so that no task has a second turn before every other had its first. A
//! task that is not let go on stays stopped: whatever goes wrong here, nothing goes on unseen. That a task is gone (ESRCH) when something is
//! to be done with it is no error: it can be killed in any stop, and its end is reported by itself.

use std::collections::HashMap;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use sandbox2_policy::action::Action;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::tables;

use super::super::End;
use super::asks::{Asks, Outstanding};
use super::caller::{Asking, Task};
use super::findings::{Findings, Stopped, Why};
use crate::error::{SetupError, Stage};
use crate::handlers::{Reply, Ruling};
use crate::launch::{self, Escape};
use crate::monitor::judge::{Judge, Verdict};
use crate::observer::{Observer, Returned};
use crate::outcome::{DecidedBy, Violation};
use crate::policy::Decision;
use crate::report::explain;
use crate::report::registers::Registers;
use crate::sys;
use crate::sys::abi::Rusage;
use crate::sys::bell::Bell;
use crate::sys::notify::Answer;
use crate::sys::ptrace::{self, CallInfo};

const OPTIONS: i32 = libc::PTRACE_O_EXITKILL
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACEEXIT
    | libc::PTRACE_O_TRACESYSGOOD;

/// How long to wait for a handler before the others have their turn.
const MOMENT: Duration = Duration::from_millis(2);

/// How long one task, and all tasks together, may take to stop for a report.
const STOP_LIMIT: Duration = Duration::from_millis(10);
const STOPS_LIMIT: Duration = Duration::from_millis(500);

/// Errors that the kernel keeps to itself, by which it makes a call again (`ERESTARTSYS` to `ERESTART_RESTARTBLOCK`).
const RESTARTS: std::ops::RangeInclusive<i64> = -516..=-512;

/// What the tracing thread works with.
pub(super) struct Tracer {
    judge: Arc<Judge>,
    observer: Option<Arc<dyn Observer>>,
    findings: Arc<Findings>,
    main: i32,
    tasks: HashMap<i32, State>,
    /// Whether the program has taken the launcher's place.
    executed: bool,
    /// The thread of the main process that was last sent a signal that tells of a mistake, and that signal.
    struck: Option<(i32, i32)>,
    asks: Option<Asks>,
    bell: Option<Bell>,
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

/// Attaches to the sandboxee, which waits for that. On the thread that will trace it.
pub(super) fn attach(pid: i32, process: BorrowedFd<'_>) -> Result<(), SetupError> {
    let failed = |sys::Errno(errno)| launch::explain(SetupError::new(Stage::Trace, Some(errno)));
    ptrace::seize(pid, OPTIONS).map_err(failed)?;
    if !launch::has_ended(process) {
        return Ok(());
    }
    // The number may be another's by now, who must not be hurt: it is let go, which it must be stopped for.
    let _ = ptrace::interrupt(pid);
    let mut usage = Rusage::default();
    while ptrace::wait(pid, libc::__WNOTHREAD, &mut usage) == Err(sys::Errno(libc::EINTR)) {}
    let _ = ptrace::detach(pid, 0);
    Err(SetupError::new(Stage::Trace, Some(libc::ESRCH)).with_what("the sandboxee has ended"))
}

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

fn name_of(data: &SeccompData) -> String {
    let call = Arch::native().and_then(|arch| tables::syscall_by_number(arch, data.nr));
    call.map_or_else(|| format!("syscall {}", data.nr), |call| call.name.to_owned())
}

fn thread(tid: i32) -> u32 {
    u32::try_from(tid).unwrap_or(0)
}

impl Tracer {
    pub(super) fn new(judge: Judge, observer: Option<Arc<dyn Observer>>, findings: Arc<Findings>, main: i32) -> Tracer {
        Tracer {
            judge: Arc::new(judge),
            observer,
            findings,
            main,
            tasks: HashMap::from([(main, State::default())]),
            executed: false,
            struck: None,
            asks: None,
            bell: None,
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
            self.findings.executed();
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
            if let Some(observer) = &self.observer {
                observer.signal(thread(tid), signal);
            }
            if tells_of_a_mistake(signal) && self.is_of_main(tid) {
                self.struck = Some((tid, signal));
            }
        }
        self.go_on(tid, signal)
    }

    /// Whether a stopped task is a thread of the main process.
    fn is_of_main(&self, tid: i32) -> bool {
        tid == self.main || std::path::Path::new(&format!("/proc/{}/task/{tid}", self.main)).exists()
    }

    // --- calls ---

    /// The call that a task has stopped before; `None` if it is gone, or on its way there.
    fn call_of(tid: i32) -> Result<Option<(SeccompData, u32)>, End> {
        let info = match ptrace::call_info(tid) {
            Ok(info) => info,
            Err(sys::Errno(libc::ESRCH)) => return Ok(None),
            Err(errno) => return Err(broken("the registers of a call cannot be read", errno)),
        };
        let CallInfo { op, arch, instruction_pointer, number, args, data, .. } = info;
        // A task that was killed meanwhile is in another stop, which is yet to be heard of.
        Ok((op == SECCOMP).then_some((SeccompData { nr: number as u32, arch, instruction_pointer, args }, data)))
    }

    fn call(&mut self, tid: i32) -> Step {
        let Some((data, message)) = Tracer::call_of(tid)? else { return Ok(()) };
        if !self.executed {
            return self.bootstrap(tid, &data);
        }
        if let Some(escape) = launch::escape(&data) {
            return self.escaping(tid, data, escape);
        }
        match self.judge.verdict(&data) {
            Verdict::Answer(Answer::Continue) => self.go_on(tid, 0),
            Verdict::Answer(Answer::Fail(errno)) => self.fail(tid, errno),
            Verdict::Answer(Answer::Return(value)) => self.answer(tid, value),
            Verdict::Ask => self.ask(tid, data, None),
            Verdict::Violation(decision) => Err(self.violation(tid, &data, decision, None)),
            Verdict::Unexpected if launch::is_ours(message) => {
                let nr = data.nr;
                Err(End::Broken(format!("the filter asked about call {nr}, which the policy decides without help")))
            }
            // A filter that the sandboxee has added asks its own tracer, whom it does not have: what the kernel would say.
            Verdict::Unexpected => self.fail(tid, libc::ENOSYS as u16),
        }
    }

    /// Until the program is in its place nothing but this library's own code runs, and that makes one call.
    fn bootstrap(&self, tid: i32, data: &SeccompData) -> Step {
        let native = Arch::native().is_some_and(|arch| arch.audit() == data.arch);
        if tid == self.main && native && i64::from(data.nr) == libc::SYS_execveat {
            self.go_on(tid, 0)
        } else {
            Err(End::Broken(format!("call {} came before the sandboxee was executed", data.nr)))
        }
    }

    /// A call by which a task could leave the tracer: never made, though the policy may allow it.
    fn escaping(&mut self, tid: i32, data: SeccompData, escape: Escape) -> Step {
        let decision = self.judge.decide(&data);
        match decision.action {
            Action::Notify if self.judge.handlers.handles(data.nr) => self.ask(tid, data, Some(escape)),
            Action::Kill | Action::Notify | Action::Trap(_) => Err(self.violation(tid, &data, decision, None)),
            Action::Errno(errno) => self.fail(tid, errno.get()),
            Action::Allow | Action::Log => self.refuse(tid, &data, decision, escape),
        }
    }

    fn refuse(&mut self, tid: i32, data: &SeccompData, decision: Decision, escape: Escape) -> Step {
        match escape {
            Escape::Untraced => Err(self.violation(tid, data, decision, Some(escape))),
            // C libraries then use `clone`.
            Escape::Unseen => self.fail(tid, libc::ENOSYS as u16),
            // As under the other monitor, which has one itself.
            Escape::Listener => self.fail(tid, libc::EBUSY as u16),
        }
    }

    fn fail(&self, tid: i32, errno: u16) -> Step {
        self.answer(tid, -i64::from(errno))
    }

    /// The call is not made, and returns that.
    fn answer(&self, tid: i32, value: i64) -> Step {
        // The kernel would take these for its own, and might make a call of that number again.
        let value = if RESTARTS.contains(&value) { i64::from(-libc::EINTR) } else { value };
        if alive(ptrace::answer(tid, value), "a call cannot be answered")? { self.go_on(tid, 0) } else { Ok(()) }
    }

    fn violation(&mut self, tid: i32, data: &SeccompData, decision: Decision, escape: Option<Escape>) -> End {
        let task = Task::open(tid).ok();
        let mut read = |address| task.as_ref()?.text(address, explain::TEXT_LIMIT);
        let mut violation = explain::explain(&self.judge.policy, decision, data, thread(tid), &mut read);
        if escape.is_some() {
            violation = Violation { decided_by: DecidedBy::Monitor, suggestion: None, risk: None, ..violation };
        }
        self.stopped_for_report(tid, Why::Violation);
        if let Some(observer) = &self.observer {
            observer.violation(&violation);
        }
        End::Violation(Box::new(violation))
    }

    fn returned(&mut self, tid: i32) -> Step {
        let inspected = self.tasks.get_mut(&tid).and_then(|state| state.inspected.take());
        if let (Some(data), Some(observer), Ok(info)) = (inspected, &self.observer, ptrace::call_info(tid)) {
            if info.op == RETURN {
                let value = info.number.cast_signed();
                // It will be made again, or has been interrupted: which of the two the signal's handler says.
                let value = if RESTARTS.contains(&value) { i64::from(-libc::EINTR) } else { value };
                let executed = [libc::SYS_execve, libc::SYS_execveat].contains(&i64::from(data.nr)) && value == 0;
                // The memory that an executed program's name was in is no more.
                let task = if executed { None } else { Task::open(tid).ok() };
                let mut read = |address| task.as_ref()?.text(address, explain::TEXT_LIMIT);
                observer.returned(&Returned::new(&data, thread(tid), value, &mut read));
            }
        }
        self.go_on(tid, 0)
    }

    // --- handlers ---

    fn ask(&mut self, tid: i32, data: SeccompData, escape: Option<Escape>) -> Step {
        let asked = self.submit(tid, data, escape);
        match asked {
            Ok(id) => {
                self.tasks.entry(tid).or_default().asked = Some(id);
                self.settle(MOMENT)
            }
            Err(what) => self.deny(tid, &data, &what),
        }
    }

    fn submit(&mut self, tid: i32, data: SeccompData, escape: Option<Escape>) -> Result<u64, String> {
        if self.bell.is_none() {
            self.make_bell().map_err(|sys::Errno(errno)| format!("no bell: {}", Errno::from_raw(errno)))?;
        }
        let task = Task::open(tid).map_err(|error| format!("the caller cannot be looked at: {error}"))?;
        let asking = Asking { task, call: name_of(&data), findings: Arc::clone(&self.findings) };
        let ringer = self.bell.as_ref().map(Bell::ringer).ok_or("no bell")?;
        let asks = self.asks.get_or_insert_with(|| Asks::new(Arc::clone(&self.judge), ringer));
        asks.ask(tid, data, escape, asking)
    }

    /// What a handler could not decide.
    fn deny(&self, tid: i32, data: &SeccompData, what: &str) -> Step {
        self.findings.failed(&name_of(data), what);
        self.fail(tid, libc::EPERM as u16)
    }

    /// Carries out what handlers have answered, waiting at most so long for the first; looks at what else the bell may have rung for.
    fn settle(&mut self, wait: Duration) -> Step {
        if let Some(why) = self.findings.wanted() {
            self.collect(why);
        }
        let settled = self.asks.as_mut().map(|asks| asks.settled(wait)).unwrap_or_default();
        for (outstanding, ruling) in settled {
            if self.over {
                return Ok(());
            }
            self.rule(outstanding, ruling)?;
        }
        Ok(())
    }

    fn rule(&mut self, outstanding: Outstanding, ruling: Ruling) -> Step {
        let Outstanding { id, tid, data, escape, .. } = outstanding;
        // The answer is for that call of that task and no other, whatever has become of both.
        match self.tasks.get_mut(&tid) {
            Some(state) if state.asked == Some(id) => state.asked = None,
            _ => return Ok(()),
        }
        match Tracer::call_of(tid)? {
            Some((now, _)) if now == data => {}
            _ => return Ok(()),
        }
        match ruling {
            Ruling::Failed(what) => self.deny(tid, &data, &what),
            Ruling::Reply(Reply::Fail(errno)) => self.fail(tid, errno),
            Ruling::Reply(Reply::Return(value)) => self.answer(tid, value),
            Ruling::Reply(Reply::Violation) => {
                let decision = self.judge.decide(&data);
                Err(self.violation(tid, &data, decision, None))
            }
            Ruling::Reply(Reply::Descriptor { .. }) => {
                self.findings.failed(&name_of(&data), "the ptrace monitor cannot give the sandboxee a descriptor");
                self.fail(tid, libc::ENOSYS as u16)
            }
            Ruling::Reply(Reply::Proceed { inspect }) => match escape {
                Some(escape) => {
                    let decision = self.judge.decide(&data);
                    self.refuse(tid, &data, decision, escape)
                }
                None => {
                    if inspect && self.observer.is_some() {
                        self.tasks.entry(tid).or_default().inspected = Some(data);
                    }
                    self.go_on(tid, 0)
                }
            },
        }
    }

    // --- reports ---

    /// A task that stays stopped until this returns, and is worth a look: the place for whoever makes stacks.
    fn stopped_for_report(&mut self, tid: i32, why: Why) {
        if let Ok(registers) = ptrace::registers(tid) {
            self.findings.stopped(Stopped { why, registers: Registers::new(thread(tid), &registers) });
        }
    }

    /// Stops every task and looks at it, the first process first; none goes on.
    fn collect(&mut self, why: Why) {
        self.over = true;
        let end = Instant::now() + STOPS_LIMIT;
        let mut tids: Vec<i32> = self.tasks.keys().copied().collect();
        tids.sort_unstable_by_key(|tid| (*tid != self.main, *tid));
        // All at once, so that they stop together; one that is gone, or is stopped already, makes no difference.
        for tid in &tids {
            let _ = ptrace::interrupt(*tid);
        }
        for tid in tids {
            let now = Instant::now();
            if now >= end {
                break;
            }
            if self.is_stopped(tid, end.min(now + STOP_LIMIT)) {
                self.stopped_for_report(tid, why);
            }
        }
        self.findings.collected();
    }

    /// Whether a task stops by then.
    fn is_stopped(&mut self, tid: i32, until: Instant) -> bool {
        const PAUSE: Duration = Duration::from_micros(50);
        // In which stop it is does not matter, and whether it was heard of.
        while ptrace::event_message(tid).is_err() {
            match ptrace::wait(tid, libc::__WNOTHREAD | libc::WNOHANG, &mut Rusage::default()) {
                Ok((0, _)) if Instant::now() >= until => return false,
                Ok((0, _)) => std::thread::sleep(PAUSE),
                Ok((_, status)) if libc::WIFSTOPPED(status) => {}
                Err(sys::Errno(libc::EINTR)) => {}
                // It is gone.
                Ok(_) | Err(_) => {
                    self.tasks.remove(&tid);
                    return false;
                }
            }
        }
        true
    }
}

/// What `PTRACE_O_TRACESYSGOOD` makes of the stop at a call's end.
const CALL: i32 = libc::SIGTRAP | 0x80;

/// `PTRACE_SYSCALL_INFO_EXIT` and `PTRACE_SYSCALL_INFO_SECCOMP`.
const RETURN: u8 = 2;
const SECCOMP: u8 = 3;

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
