//! Calls that a handler decides about: the question, and the answer once there is one.

use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use sandbox2_policy::arch::Arch;
use sandbox2_policy::insn::SeccompData;
use sandbox2_policy::tables;

use super::{Step, Tracer};
use crate::handlers::{Reply, Ruling};
use crate::launch::Escape;
use crate::monitor::traced::asks::{Asks, Outstanding};
use crate::monitor::traced::caller::{Asking, Task};
use crate::sys;
use crate::sys::bell::Bell;

/// How long to wait for a handler before the others have their turn.
const MOMENT: Duration = Duration::from_millis(2);

fn name_of(data: &SeccompData) -> String {
    let call = Arch::native().and_then(|arch| tables::syscall_by_number(arch, data.nr));
    call.map_or_else(|| format!("syscall {}", data.nr), |call| call.name.to_owned())
}

impl Tracer {
    pub(super) fn ask(&mut self, tid: i32, data: SeccompData, escape: Option<Escape>) -> Step {
        // One that takes its time is waited for by the way, and so are all that come after it.
        let wait = if self.asks.as_ref().is_none_or(Asks::is_empty) { MOMENT } else { Duration::ZERO };
        match self.submit(tid, data, escape) {
            Ok(id) => {
                self.tasks.entry(tid).or_default().asked = Some(id);
                self.settle(wait)
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

    /// Carries out what handlers have answered, waiting at most so long for the first; looks at what else the bell may have rung
    /// for.
    pub(super) fn settle(&mut self, wait: Duration) -> Step {
        if let Some(why) = self.findings.wanted() {
            self.collect(why);
        }
        #[cfg(feature = "symbolize")]
        if self.findings.wants_look() {
            self.peek();
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
}
