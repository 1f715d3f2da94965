//! Attaching: to a sandboxee that waits for it, or to a program that runs, with all its threads.

use std::time::{Duration, Instant};

use super::{State, Tracer};
use crate::error::{SetupError, Stage};
use crate::launch;
use crate::monitor::traced::findings::Order;
use crate::sys;
use crate::sys::abi::Rusage;
use crate::sys::ptrace;

const OPTIONS: i32 = libc::PTRACE_O_EXITKILL
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACEEXIT
    | libc::PTRACE_O_TRACESYSGOOD;

/// How long it may take to attach to all threads.
const PATIENCE: Duration = Duration::from_secs(4);

impl Tracer {
    /// Attaches to the process, on the thread that will trace it.
    ///
    /// # Errors
    /// If it, or one of its threads, cannot be traced.
    pub(in crate::monitor::traced) fn attach(&mut self, order: &Order) -> Result<(), SetupError> {
        self.main = order.pid;
        if !seize(order.pid)? || launch::has_ended(std::os::fd::AsFd::as_fd(&order.process)) {
            // The number may be another's by now, who must not be hurt.
            abandon(order.pid);
            return Err(SetupError::new(Stage::Trace, Some(libc::ESRCH)).with_what("the sandboxee has ended"));
        }
        self.tasks.insert(order.pid, State::default());
        if order.runs {
            (self.executed, self.unsandboxed) = (true, true);
            self.attach_threads()?;
        }
        Ok(())
    }

    /// Attaches to all other threads.
    ///
    /// A list of threads that come and go can miss any of them. But one that is traced counts as a thread until the tracer takes
    /// note of its end, which this does not; so once as many are traced as there are, all are. What they start is traced from its
    /// beginning.
    fn attach_threads(&mut self) -> Result<(), SetupError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let refused = self.attach_listed()?;
            if self.count_threads()? == self.tasks.len() {
                return Ok(());
            }
            if Instant::now() >= until {
                let what = "its threads come and go faster than they can be attached to";
                return Err(refused.unwrap_or_else(|| SetupError::new(Stage::Trace, None).with_what(what)));
            }
        }
    }

    /// Attaches to those that are in the list now; what one has refused with, if one has. It may be ending, and gone soon.
    fn attach_listed(&mut self) -> Result<Option<SetupError>, SetupError> {
        let mut refused = None;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.main)).map_err(unreadable)? {
            let name = thread.map_err(unreadable)?.file_name();
            let Some(tid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
            if self.tasks.contains_key(&tid) {
                continue;
            }
            match seize(tid) {
                Ok(true) if self.is_of_main(tid) => {}
                Ok(true) => {
                    abandon(tid);
                    continue;
                }
                // It has ended.
                Ok(false) => continue,
                // It was started by a traced one, and is traced already.
                Err(_) if self.is_traced(tid) => {}
                Err(error) => {
                    refused = Some(error);
                    continue;
                }
            }
            self.tasks.insert(tid, State::default());
        }
        Ok(refused)
    }

    /// How many threads the main process has, with those whose end nobody has taken note of.
    fn count_threads(&self) -> Result<usize, SetupError> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.main)).map_err(unreadable)?;
        let count = status.lines().find_map(|line| line.strip_prefix("Threads:")?.trim().parse().ok());
        count.ok_or_else(|| SetupError::new(Stage::Trace, None).with_what("its threads cannot be counted"))
    }

    /// Whether this thread of the host's traces a thread of the main process.
    fn is_traced(&self, tid: i32) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/task/{tid}/status", self.main)).unwrap_or_default();
        let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:")?.trim().parse::<i32>().ok());
        tracer == Some(nix::unistd::gettid().as_raw())
    }
}

fn unreadable(error: std::io::Error) -> SetupError {
    SetupError::new(Stage::Trace, error.raw_os_error()).with_what("its threads cannot be listed")
}

/// False if there is no such task.
fn seize(tid: i32) -> Result<bool, SetupError> {
    match ptrace::seize(tid, OPTIONS) {
        Ok(()) => Ok(true),
        Err(sys::Errno(libc::ESRCH)) => Ok(false),
        Err(sys::Errno(errno)) => Err(launch::explain(SetupError::new(Stage::Trace, Some(errno)))),
    }
}

/// Lets go of what was attached to by mistake, which must be stopped for that.
fn abandon(tid: i32) {
    if ptrace::interrupt(tid).is_err() {
        return;
    }
    let mut usage = Rusage::default();
    while ptrace::wait(tid, libc::__WNOTHREAD, &mut usage) == Err(sys::Errno(libc::EINTR)) {}
    let _ = ptrace::detach(tid, 0);
}
