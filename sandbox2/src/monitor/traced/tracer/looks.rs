//! Tasks that are looked at while they are stopped, for reports.

use std::time::{Duration, Instant};

use super::{Tracer, thread};
#[cfg(feature = "symbolize")]
use crate::monitor::stacks;
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
            self.tell_stacks(tid, why);
        }
    }

    /// Without the feature `symbolize` there are no stacks to tell.
    #[cfg(not(feature = "symbolize"))]
    fn tell_stacks(&mut self, _: i32, _: Why) {
        let _ = &self.stacks;
    }

    /// The stacks of a task, or of all threads of its process: of the first that is worth a look.
    #[cfg(feature = "symbolize")]
    fn tell_stacks(&mut self, tid: i32, why: Why) {
        let Some(stacks) = self.stacks.clone() else { return };
        let options = &stacks.options;
        let wanted = match why {
            Why::Violation => options.wants_violation(),
            Why::Signal(_) => options.wants_signal(),
            Why::Exit => options.wants_exit(),
            Why::TimedOut => options.wants_timeout(),
            Why::Killed => options.wants_kill(),
        };
        if !wanted || !self.findings.has_no_stacks() {
            return;
        }
        let process = stacks::process_of(tid).unwrap_or(tid);
        let mut tids = vec![tid];
        if options.wants_all_threads() {
            let end = Instant::now() + STOPS_LIMIT;
            for other in stacks::threads_of(process).into_iter().filter(|other| *other != tid) {
                let _ = ptrace::interrupt(other);
                if Instant::now() < end && self.is_stopped(other, end.min(Instant::now() + STOP_LIMIT)) {
                    tids.push(other);
                }
            }
        }
        let tasks: Vec<_> = tids.into_iter().filter_map(|tid| Some((tid, ptrace::registers(tid).ok()?))).collect();
        self.findings.found(stacks.tell(process, &tasks));
    }

    /// Looks at the main thread, or all of its process, and lets them go on.
    #[cfg(feature = "symbolize")]
    pub(super) fn peek(&mut self) {
        let Some(stacks) = self.stacks.clone() else { return self.findings.looked(Vec::new()) };
        let all = stacks.options.wants_all_threads();
        let main = self.main;
        let others = if all { stacks::threads_of(main) } else { Vec::new() };
        let end = Instant::now() + STOPS_LIMIT;
        let mut tasks = Vec::new();
        for tid in std::iter::once(main).chain(others.into_iter().filter(|tid| *tid != main)) {
            let _ = ptrace::interrupt(tid);
            if self.is_stopped(tid, end.min(Instant::now() + STOP_LIMIT))
                && let Ok(registers) = ptrace::registers(tid)
            {
                tasks.push((tid, registers));
            }
        }
        let found = if tasks.is_empty() {
            vec![stacks::untold(self.main, "it did not stop")]
        } else {
            stacks.tell(self.main, &tasks).stacks
        };
        // What they have stopped for is dealt with next, and they go on.
        self.findings.looked(found);
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
                // What it has stopped for has yet to be dealt with.
                Ok((_, status)) if libc::WIFSTOPPED(status) => self.missed.push((tid, status)),
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
