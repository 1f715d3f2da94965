//! One sandbox that is supervised: what it is waited for, and what is done then.
//!
//! A member never waits. Whoever has it ([`Hub`](super::hub::Hub)) tells it what has happened; it says what it wants to hear of, and when.

mod ends;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

use nix::errno::Errno;
use sandbox2_policy::insn::SeccompData;

use self::ends::Ends;
use super::control::Control;
use super::end::{Deadline, End, Ending};
use super::errand::{Found, Stacks, Subject, Walk};
use super::handshake::LastStep;
use super::judge::{Judge, Verdict};
use super::meter::Meter;
use super::telemetry::Telemetry;
use crate::handlers::{Reply, Ruling};
use crate::launch::{self, Launched, Tree};
use crate::observer::Observer;
use crate::outcome::{Failures, Status, Supervised, Usage};
use crate::sys;
use crate::sys::notify::{Answer, Mailbox, Notification};

/// How many slow handlers of one sandbox there may be at a time. Beyond that its calls wait; if all of them are stuck, they are denied.
const MOST_IN_FLIGHT: usize = 16;

/// A sandbox whose filter is in force.
pub(super) struct Member {
    pub(super) control: Arc<Control>,
    pub(super) judge: Arc<Judge>,
    pub(super) observer: Option<Arc<dyn Observer>>,
    program: String,
    started: Instant,
    deadline: Deadline,
    meter: Option<Meter>,
    /// What all processes are to be sent, as soon as nobody looks at them.
    signal: Option<i32>,
    /// Whether somebody looks at all processes.
    walked: bool,
    phase: Phase,
    failures: Failures,
    supervised: Supervised,
    telemetry: Telemetry,
    stacks: Option<Stacks>,
    found: Found,
    /// Until when an observer that is being told is waited for, though the sandbox has been ended.
    awaited: Option<Instant>,
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("program", &self.program).field("phase", &self.phase).finish_non_exhaustive()
    }
}

#[derive(Debug)]
enum Phase {
    Running(Running),
    Ending(Ending),
    /// There is an outcome, or it is being told.
    Over,
}

#[derive(Debug)]
struct Running {
    // Before the listener, also when this is dropped: calls that wait for an answer would go on if that were closed first.
    tree: Tree,
    listener: Arc<OwnedFd>,
    /// Whether a task may still make a call that is asked about.
    listening: bool,
    /// The last step of the handshake, if it is still to come.
    last: Option<LastStep>,
    /// Calls that handlers think about.
    in_flight: Vec<InFlight>,
    /// What it ends with, once an errand for it is done.
    ending: Option<Ends>,
}

/// A call that a handler thinks about.
#[derive(Clone, Copy, Debug)]
struct InFlight {
    id: u64,
    nr: u32,
    /// Until when it may take; `None`: it took longer and the call was denied, but the handler is still at it.
    until: Option<Instant>,
}

/// What a notification came to.
#[derive(Debug)]
pub(super) enum Notified {
    /// It is dealt with.
    Done,
    /// A handler is to be asked.
    Ask(Arc<OwnedFd>, Notification),
}

impl Member {
    pub(super) fn new(
        launched: Launched,
        last: Option<LastStep>,
        job: Parties,
        started: Instant,
        deadline: Deadline,
        meter: Option<Meter>,
    ) -> Member {
        let (tree, listener) = launched.into_parts();
        let supervised = Supervised { waits_killably: tree.waits_killably(), ..Supervised::default() };
        let running =
            Running { tree, listener: Arc::new(listener), listening: true, last, in_flight: Vec::new(), ending: None };
        let Parties { control, judge, observer, program, telemetry, stacks } = job;
        Member {
            control,
            judge,
            observer,
            program,
            started,
            deadline,
            meter,
            signal: None,
            walked: false,
            phase: Phase::Running(running),
            failures: Failures::default(),
            supervised,
            telemetry,
            stacks,
            found: Found::default(),
            awaited: None,
        }
    }

    /// Whether code of the host's goes with it, and what that owns.
    pub(super) fn has_code_of_the_host(&self) -> bool {
        self.observer.is_some() || !self.judge.handlers.is_empty()
    }

    /// Readable when the sandbox is gone.
    pub(super) fn init(&self) -> Option<BorrowedFd<'_>> {
        match &self.phase {
            Phase::Running(running) => Some(running.tree.init()),
            Phase::Ending(ending) => Some(ending.tree().init()),
            Phase::Over => None,
        }
    }

    /// Readable when a call waits; `None` while none is to be taken.
    pub(super) fn listener(&self) -> Option<BorrowedFd<'_>> {
        match &self.phase {
            Phase::Running(running) if running.takes_calls() => Some(running.listener.as_fd()),
            _ => None,
        }
    }

    /// As [`listener`](Self::listener), whether calls are to be taken or not.
    pub(super) fn any_listener(&self) -> Option<BorrowedFd<'_>> {
        match &self.phase {
            Phase::Running(running) => Some(running.listener.as_fd()),
            Phase::Ending(ending) => ending.listener(),
            Phase::Over => None,
        }
    }

    /// The next time at which something is to be done though nothing has happened.
    pub(super) fn next_time(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Running(Running { ending: Some(ends), .. }) => {
                let limit = self.deadline.at().filter(|_| !matches!(ends.end, End::TimedOut(_)));
                ends.until.map(|until| limit.map_or(until, |limit| limit.min(until)))
            }
            Phase::Running(running) => {
                let last = running.last.as_ref().and_then(LastStep::until);
                let handlers = running.in_flight.iter().filter_map(|call| call.until);
                let meter = self.meter.as_ref().and_then(Meter::next_look).filter(|_| !self.walked);
                handlers.chain(last).chain(meter).chain(self.deadline.at()).min()
            }
            Phase::Ending(ending) => {
                let awaited = self.awaited.filter(|until| *until > Instant::now());
                awaited.into_iter().chain([ending.until()]).min()
            }
            Phase::Over => None,
        }
    }

    /// No task has the filter any more.
    pub(super) fn hung_up(&mut self) {
        if let Phase::Running(running) = &mut self.phase {
            running.listening = false;
        }
    }

    /// Takes one notification. `now` is when the round began.
    pub(super) fn notified(&mut self, mailbox: &mut Mailbox, now: Instant) -> Notified {
        match self.take(mailbox, now) {
            Ok(notified) => notified,
            Err(end) => {
                self.end(end);
                Notified::Done
            }
        }
    }

    fn take(&mut self, mailbox: &mut Mailbox, now: Instant) -> Result<Notified, End> {
        let Phase::Running(running) = &mut self.phase else { return Ok(Notified::Done) };
        let received = mailbox.receive(running.listener.as_fd());
        // Otherwise the caller is gone.
        let Some(notification) = received.map_err(|errno| broken("cannot receive a notification", errno))? else {
            return Ok(Notified::Done);
        };
        self.supervised.notified += 1;
        // Taken before the answer: there is no way on which a second such call finds it set.
        if let Some(last) = running.last.take_if(|last| gives_up(&notification.data, last.listener)) {
            if self.control.is_killed() {
                return Err(End::Killed);
            }
            let answered = running.answer(mailbox, notification.id, Answer::Continue)?;
            if answered {
                self.control.announce_running(u32::try_from(running.tree.main_pid()).unwrap_or(0));
            } else {
                // A signal has interrupted it (before Linux 5.19 it can): it comes again.
                running.last = Some(last);
            }
            return Ok(Notified::Done);
        }
        match self.judge.verdict(&notification.data) {
            Verdict::Answer(answer) => {
                // A caller that is gone by now needs no answer.
                running.answer(mailbox, notification.id, answer)?;
                Ok(Notified::Done)
            }
            Verdict::Ask if running.in_flight.len() >= MOST_IN_FLIGHT => {
                // A sandboxee that can make handlers stick must not have a thread of the host's with each call.
                running.answer(mailbox, notification.id, Answer::Fail(libc::EPERM as u16))?;
                let what = format!("{MOST_IN_FLIGHT} of this sandbox's handlers are stuck already");
                self.failed(self.judge.name_of(notification.data.nr), what);
                Ok(Notified::Done)
            }
            Verdict::Ask => {
                let until = now.checked_add(self.judge.handlers.patience()).or(Some(now));
                running.in_flight.push(InFlight { id: notification.id, nr: notification.data.nr, until });
                Ok(Notified::Ask(Arc::clone(&running.listener), notification))
            }
            Verdict::Violation(decision) => {
                self.violation(&notification, decision);
                Ok(Notified::Done)
            }
            Verdict::Unexpected => Err(End::Broken(format!(
                "the filter asked about call {}, which the policy decides without help",
                notification.data.nr
            ))),
        }
    }

    /// A handler has decided; `None`: and the call has its answer.
    pub(super) fn decided(&mut self, mailbox: &mut Mailbox, notification: &Notification, ruling: Option<Ruling>) {
        if let Err(end) = self.carry_out(mailbox, notification, ruling) {
            self.end(end);
        }
    }

    fn carry_out(
        &mut self,
        mailbox: &mut Mailbox,
        notification: &Notification,
        ruling: Option<Ruling>,
    ) -> Result<(), End> {
        let Phase::Running(running) = &mut self.phase else { return Ok(()) };
        let id = notification.id;
        let Some(index) = running.in_flight.iter().position(|call| call.id == id) else { return Ok(()) };
        let call = running.in_flight.swap_remove(index);
        // Otherwise its time was over, and it was denied.
        let (Some(until), Some(ruling)) = (call.until, ruling) else { return Ok(()) };
        let ruling = if Instant::now() < until { ruling } else { Ruling::Failed(self.judge.out_of_patience()) };
        let mut failed = None;
        const DENIED: Answer = Answer::Fail(libc::EPERM as u16);
        let answer = match ruling {
            Ruling::Reply(Reply::Proceed { inspect: false }) => Answer::Continue,
            Ruling::Reply(Reply::Fail(errno)) => Answer::Fail(errno),
            Ruling::Reply(Reply::Return(value)) => Answer::Return(value),
            // Who has not been given it by the handler's thread does not get it.
            Ruling::Reply(Reply::Descriptor { .. }) => DENIED,
            Ruling::Reply(Reply::Violation) => {
                let decision = self.judge.decide(&notification.data);
                self.violation(notification, decision);
                return Ok(());
            }
            Ruling::Reply(Reply::Proceed { inspect: true }) => {
                let what = "only the ptrace monitor can tell what it returned".to_owned();
                failed = Some(what);
                DENIED
            }
            Ruling::Failed(why) => {
                failed = Some(why);
                DENIED
            }
        };
        // A caller that is gone by now needs no answer.
        running.answer(mailbox, id, answer)?;
        if let Some(what) = failed {
            self.failed(self.judge.name_of(call.nr), what);
        }
        Ok(())
    }

    /// Notes what went wrong in code of the host's.
    fn failed(&mut self, of: String, what: String) {
        self.telemetry.failed(&of, &what);
        self.failures.add(of, what);
    }

    /// Does what the clock says.
    pub(super) fn look_at_clock(&mut self, mailbox: &mut Mailbox) {
        let Phase::Running(running) = &mut self.phase else { return };
        if let Some(ends) = &running.ending {
            let over = ends.until.is_some_and(|until| until <= Instant::now());
            if ends.explaining {
                if over || self.deadline.over().is_some() {
                    self.explained(None);
                }
            } else if !matches!(ends.end, End::TimedOut(_)) && self.deadline.over().is_some() {
                // What is told of its end does not give it more time.
                self.finish_errand();
            } else if over {
                let what = "telling of its end took too long".to_owned();
                self.failed("observer".to_owned(), what);
                self.finish_errand();
            }
            return;
        }
        if let Some(limit) = self.deadline.over() {
            return self.end(End::TimedOut(limit));
        }
        if let Some(error) = running.last.as_ref().and_then(LastStep::over) {
            return self.end(End::NotSandboxed(error));
        }
        let now = Instant::now();
        let mut overdue = Vec::new();
        for call in running.in_flight.iter_mut().filter(|call| call.until.is_some_and(|until| until <= now)) {
            overdue.push(*call);
            call.until = None;
        }
        for call in overdue {
            let Phase::Running(running) = &self.phase else { return };
            if let Err(end) = running.answer(mailbox, call.id, Answer::Fail(libc::EPERM as u16)) {
                return self.end(end);
            }
            self.failed(self.judge.name_of(call.nr), self.judge.out_of_patience());
        }
    }

    /// Does what the host asks for.
    pub(super) fn look_at_requests(&mut self) {
        if !matches!(self.phase, Phase::Running(_)) {
            return;
        }
        let requests = self.control.requests();
        if let Some(new) = requests.limit {
            self.deadline = Deadline::new(new.since, new.limit);
        }
        if requests.killed {
            return self.kill();
        }
        if let Some(paused) = requests.paused {
            self.signal = Some(if paused { libc::SIGSTOP } else { libc::SIGCONT });
        }
    }

    /// A look at all processes, if it is time for one and nobody is at it.
    pub(super) fn take_walk(&mut self) -> Option<Walk> {
        let Phase::Running(running) = &self.phase else { return None };
        if self.walked || running.ending.is_some() {
            return None;
        }
        let began = Instant::now();
        let due = self.meter.as_ref().and_then(Meter::next_look).is_some_and(|next| next <= began);
        if !due && self.signal.is_none() {
            return None;
        }
        let processes = running.tree.processes();
        self.walked = true;
        let time = self.meter.as_mut().and_then(|meter| meter.begin(began));
        Some(Walk { processes, signal: self.signal.take(), time, began })
    }

    /// All processes were looked at.
    pub(super) fn walked(&mut self, walk: Walk) {
        self.walked = false;
        let over = match (&mut self.meter, walk.time) {
            (Some(meter), Some(used)) => meter.looked(used, walk.began),
            _ => None,
        };
        if let Some(limit) = over {
            self.end(End::CpuTimeExceeded(limit));
        }
    }
}

impl Drop for Member {
    /// Sees to it that waiting for an outcome always ends, even if the supervising thread panics.
    fn drop(&mut self) {
        if matches!(self.phase, Phase::Over) {
            return;
        }
        self.phase = Phase::Over;
        let what = "the supervising thread panicked".to_owned();
        let outcome = self.conclude(Status::InternalError { what }, Usage::default());
        self.control.announce_outcome(outcome);
    }
}

impl Running {
    fn takes_calls(&self) -> bool {
        let thinking = self.in_flight.iter().any(|call| call.until.is_some());
        self.listening && self.ending.is_none() && (self.in_flight.len() < MOST_IN_FLIGHT || !thinking)
    }

    /// What stacks are to be told of.
    #[cfg(feature = "symbolize")]
    fn subject(&self, stacks: &Stacks) -> Option<Subject> {
        let ends = self.ending.as_ref().filter(|ends| stacks.wants(&ends.end))?;
        Some(Subject {
            stacks: stacks.clone(),
            init: self.tree.init().try_clone_to_owned().ok()?,
            main_pid: self.tree.main_pid(),
            call: ends.call.map(|notification| (Arc::clone(&self.listener), notification)),
        })
    }

    #[cfg(not(feature = "symbolize"))]
    fn subject(&self, stacks: &Stacks) -> Option<Subject> {
        match *stacks {}
    }

    /// Answers a call; `false` if the caller is gone.
    fn answer(&self, mailbox: &mut Mailbox, id: u64, answer: Answer) -> Result<bool, End> {
        let sent = mailbox.send(self.listener.as_fd(), id, answer);
        sent.map_err(|errno| broken("cannot answer a notification", errno))
    }
}

/// Who has a say in a sandbox, and who hears of it.
pub(super) struct Parties {
    pub(super) control: Arc<Control>,
    pub(super) judge: Arc<Judge>,
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) program: String,
    pub(super) telemetry: Telemetry,
    pub(super) stacks: Option<Stacks>,
}

fn broken(what: &str, sys::Errno(errno): sys::Errno) -> End {
    End::Broken(format!("{what}: {}", Errno::from_raw(errno)))
}

/// Whether this is the `close` of the listener, which has that number in the sandboxee.
fn gives_up(data: &SeccompData, listener: i32) -> bool {
    launch::gives_listener_up(data) && data.args[0] as u32 == listener.cast_unsigned()
}
