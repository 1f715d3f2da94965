//! Tasks that are looked at while they are stopped, for reports.

use std::time::{Duration, Instant};

use super::{Tracer, thread};
use crate::monitor::traced::findings::{Stopped, Why};
use crate::report::registers::Registers;
use crate::sys;
use crate::sys::abi::Rusage;
use crate::sys::ptrace;

/// How long one task, and all tasks together, may take to stop.
const STOP_LIMIT: Duration = Duration::from_millis(10);
const STOPS_LIMIT: Duration = Duration::from_millis(500);

impl Tracer {
    /// A task that stays stopped until this returns, and is worth a look: the place for whoever makes stacks.
    pub(super) fn stopped_for_report(&mut self, tid: i32, why: Why) {
        if let Ok(registers) = ptrace::registers(tid) {
            self.findings.stopped(Stopped { why, registers: Registers::new(thread(tid), &registers) });
        }
    }

    /// Stops every task and looks at it, the first process first; none goes on.
    pub(super) fn collect(&mut self, why: Why) {
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
