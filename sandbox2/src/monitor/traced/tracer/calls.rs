//! What is done about a call that a task has stopped before, and what is heard of one that has returned.
//!
//! The registers of a stopped task cannot change, and they alone decide, by the policy's own meaning; which of its programs
//! asked, and why, is not believed.

use sandbox2_policy::action::Action;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;

use super::{End, Step, Tracer, alive, broken, thread};
use crate::launch::{self, Escape};
use crate::monitor::judge::Verdict;
use crate::monitor::traced::caller::Task;
use crate::monitor::traced::findings::Why;
use crate::observer::Returned;
use crate::outcome::{DecidedBy, Violation};
use crate::policy::Decision;
use crate::report::explain;
use crate::sys;
use crate::sys::notify::Answer;
use crate::sys::ptrace::{self, CallInfo};

/// `PTRACE_SYSCALL_INFO_EXIT` and `PTRACE_SYSCALL_INFO_SECCOMP`.
const RETURN: u8 = 2;
const SECCOMP: u8 = 3;

/// What a program that has sandboxed itself under a tracer gives up as its listener: none.
const NO_LISTENER: u32 = u32::MAX;

/// Errors that the kernel keeps to itself, by which it makes a call again (`ERESTARTSYS` to `ERESTART_RESTARTBLOCK`).
const RESTARTS: std::ops::RangeInclusive<i64> = -516..=-512;

impl Tracer {
    /// The call that a task has stopped before; `None` if it is gone, or on its way there.
    pub(super) fn call_of(tid: i32) -> Result<Option<(SeccompData, u32)>, End> {
        let info = match ptrace::call_info(tid) {
            Ok(info) => info,
            Err(sys::Errno(libc::ESRCH)) => return Ok(None),
            Err(errno) => return Err(broken("the registers of a call cannot be read", errno)),
        };
        let CallInfo { op, arch, instruction_pointer, number, args, data, .. } = info;
        // A task that was killed meanwhile is in another stop, which is yet to be heard of.
        Ok((op == SECCOMP).then_some((SeccompData { nr: number as u32, arch, instruction_pointer, args }, data)))
    }

    pub(super) fn call(&mut self, tid: i32) -> Step {
        let Some((data, message)) = Tracer::call_of(tid)? else { return Ok(()) };
        if !self.executed {
            return self.bootstrap(tid, &data);
        }
        if self.unsandboxed && launch::gives_listener_up(&data) && data.args[0] as u32 == NO_LISTENER {
            // It can only be asked about this once the filter is installed. The call fails, as there is nothing to close.
            self.unsandboxed = false;
            self.findings.running();
            return self.go_on(tid, 0);
        }
        if let Some(escape) = launch::escape(&data) {
            return self.escaping(tid, data, escape);
        }
        self.findings.asked();
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
    pub(super) fn bootstrap(&self, tid: i32, data: &SeccompData) -> Step {
        let native = Arch::native().is_some_and(|arch| arch.audit() == data.arch);
        if tid == self.main && native && i64::from(data.nr) == libc::SYS_execveat {
            self.go_on(tid, 0)
        } else {
            Err(End::Broken(format!("call {} came before the sandboxee was executed", data.nr)))
        }
    }

    /// A call by which a task could leave the tracer: never made, though the policy may allow it.
    pub(super) fn escaping(&mut self, tid: i32, data: SeccompData, escape: Escape) -> Step {
        let decision = self.judge.decide(&data);
        match decision.action {
            Action::Notify if self.judge.handlers.handles(data.nr) => self.ask(tid, data, Some(escape)),
            Action::Kill | Action::Notify | Action::Trap(_) => Err(self.violation(tid, &data, decision, None)),
            Action::Errno(errno) => self.fail(tid, errno.get()),
            Action::Allow | Action::Log => self.refuse(tid, &data, decision, escape),
        }
    }

    pub(super) fn refuse(&mut self, tid: i32, data: &SeccompData, decision: Decision, escape: Escape) -> Step {
        match escape {
            Escape::Untraced => Err(self.violation(tid, data, decision, Some(escape))),
            // C libraries then use `clone`.
            Escape::Unseen => self.fail(tid, libc::ENOSYS as u16),
            // As under the other monitor, which has one itself.
            Escape::Listener => self.fail(tid, libc::EBUSY as u16),
        }
    }

    pub(super) fn fail(&self, tid: i32, errno: u16) -> Step {
        self.answer(tid, -i64::from(errno))
    }

    /// The call is not made, and returns that.
    pub(super) fn answer(&self, tid: i32, value: i64) -> Step {
        // The kernel would take these for its own, and might make a call of that number again.
        let value = if RESTARTS.contains(&value) { i64::from(-libc::EINTR) } else { value };
        if alive(ptrace::answer(tid, value), "a call cannot be answered")? { self.go_on(tid, 0) } else { Ok(()) }
    }

    pub(super) fn violation(
        &mut self,
        tid: i32,
        data: &SeccompData,
        decision: Decision,
        escape: Option<Escape>,
    ) -> End {
        let task = Task::open(tid).ok();
        let mut read = |address| task.as_ref()?.text(address, explain::TEXT_LIMIT);
        let mut violation = explain::explain(&self.judge.policy, decision, data, thread(tid), &mut read);
        if escape.is_some() {
            violation = Violation { decided_by: DecidedBy::Monitor, suggestion: None, risk: None, ..violation };
        }
        self.stopped_for_report(tid, Why::Violation);
        self.findings.violation(Box::new(violation.clone()));
        self.tell(|observer| observer.violation(&violation));
        End::Violation(Box::new(violation))
    }

    pub(super) fn returned(&mut self, tid: i32) -> Step {
        let inspected = self.tasks.get_mut(&tid).and_then(|state| state.inspected.take());
        if let (Some(data), Ok(info)) = (inspected, ptrace::call_info(tid))
            && info.op == RETURN
        {
            let value = info.number.cast_signed();
            // It will be made again, or has been interrupted: which of the two the signal's handler says.
            let value = if RESTARTS.contains(&value) { i64::from(-libc::EINTR) } else { value };
            let executed = [libc::SYS_execve, libc::SYS_execveat].contains(&i64::from(data.nr)) && value == 0;
            // The memory that an executed program's name was in is no more.
            let task = if executed { None } else { Task::open(tid).ok() };
            let mut read = |address| task.as_ref()?.text(address, explain::TEXT_LIMIT);
            let returned = Returned::new(&data, thread(tid), value, &mut read);
            self.tell(|observer| observer.returned(&returned));
        }
        self.go_on(tid, 0)
    }
}
