//! The library's own fork server: a small process that makes the sandboxes of a host that is large.

use std::cell::Cell;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::Ordering::Acquire;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sandbox2_client::packet;

use super::hint;
use super::tree::has_ended;
use crate::error::{SetupError, Stage};
use crate::sys::child::Plan;
use crate::sys::region::Region;
use crate::sys::server::{self, ANSWER, MOST, Request};
use crate::sys::{Errno, calls};

/// A small process that makes sandboxes in the host's place.
///
/// At each launch the kernel copies the page tables of whoever makes the sandbox's first process, which takes the longer the more memory
/// that has. A launch server is copied once, lets go of the host's memory, and is copied in its place from then on. Start it early, while the
/// host is small, or whenever it pays; it has the host's user, working directory, mounts and limits of that moment. It sees nothing of
/// the host's memory, and no descriptor but those of the sandboxes that it is making.
///
/// Sandboxes that it makes are supervised as all others. They end when what supervises them is dropped, or the host dies, and not with the
/// thread that launched them.
///
/// Clones are the same process. It ends when the last of them is dropped; sandboxes that run go on. If it dies, the next launch starts
/// another.
///
/// # Examples
/// ```no_run
/// use sandbox2::{Executor, LaunchServer, Policy, Sandbox2};
///
/// # fn example(policy: &Policy) -> Result<(), sandbox2::SetupError> {
/// let server = LaunchServer::start()?;
/// // … the host loads what takes gigabytes …
/// let executor = Executor::new("/bin/tool", ["tool"]).launched_by(&server);
/// println!("{}", Sandbox2::new(executor, policy).run());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LaunchServer {
    process: Arc<Mutex<Process>>,
}

/// The process: killed and reaped when this is dropped.
#[derive(Debug)]
struct Process {
    pidfd: OwnedFd,
    channel: OwnedFd,
    /// Whose child it is: a copy of the host is another process, whose sandboxes cannot be made by this one.
    host: u32,
    /// Whether it was told to end.
    dismissed: Cell<bool>,
    /// The host's user and group when it was copied.
    ids: (u32, u32),
    /// Its stack: nothing else may be mapped there in the host, so that nothing else is to be mapped there in the server.
    _region: Region,
}

impl LaunchServer {
    /// Starts it: a copy of this process, which takes as long as one launch without it.
    ///
    /// # Errors
    /// If there is no process, memory or descriptor to be had.
    pub fn start() -> Result<LaunchServer, SetupError> {
        Ok(LaunchServer { process: Arc::new(Mutex::new(Process::start()?)) })
    }

    /// Whether its process is there. It may have ended by the time that this returns.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.process().is_alive()
    }

    /// Its process id; 0 if it has ended.
    #[must_use]
    pub fn pid(&self) -> u32 {
        let process = self.process();
        // Until it is reaped, the kernel still names one that has ended.
        if !process.is_alive() {
            return 0;
        }
        super::pid_of(&process.pidfd).ok().and_then(|pid| u32::try_from(pid).ok()).unwrap_or(0)
    }

    /// Makes init as `child::clone_init` does. `passed` are the descriptors that the plan refers to, in order.
    pub(super) fn clone_init(
        &self,
        plan: &Plan<'_>,
        namespaces: u64,
        region: &Region,
        memory: &OwnedFd,
        passed: &[RawFd],
    ) -> Result<OwnedFd, SetupError> {
        let fds: Vec<RawFd> = [memory.as_raw_fd()].into_iter().chain(passed.iter().copied()).collect();
        if fds.len() > MOST {
            let what = format!("{} descriptors for one sandbox", fds.len());
            let error = SetupError::new(Stage::LaunchServer, Some(libc::E2BIG)).with_what(what);
            return Err(error.with_hint(Some("map fewer, or launch without a launch server")));
        }
        let ((base, end), (stack, stack_size)) = (region.range(), region.stack(0));
        let request = Request {
            base: base as u64,
            length: (end - base) as u64,
            plan: core::ptr::from_ref(plan).expose_provenance() as u64,
            namespaces,
            stack,
            stack_size,
            descriptors: fds.len() as u64,
        };
        let mut process = self.process();
        if !process.serves() {
            *process = Process::start()?;
        }
        process.ask(&request, &fds).inspect_err(|_| {
            // It may have been made, and is this process's child; nobody else would reap it.
            calls::end_child(region.shared().init_pid.load(Acquire));
        })
    }

    /// A thread that panicked while it held the lock has left nothing half-done: every change is one assignment.
    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(errno: Option<i32>) -> SetupError {
    hint::explain(SetupError::new(Stage::LaunchServer, errno))
}

impl Process {
    fn start() -> Result<Process, SetupError> {
        let failed = |Errno(errno)| failed(Some(errno));
        // Room for what it lets go of: between any two loaded objects.
        let region = Region::new(64 * 1024).map_err(failed)?;
        let (channel, theirs) = calls::packet_sockets().map_err(failed)?;
        let pidfd = server::start(&region, theirs.as_raw_fd()).map_err(failed)?;
        Ok(Process {
            pidfd,
            channel,
            host: std::process::id(),
            dismissed: Cell::new(false),
            ids: calls::effective_ids(),
            _region: region,
        })
    }

    /// Whether it is there, and can make this process's sandboxes as this process would itself.
    fn serves(&self) -> bool {
        !self.dismissed.get()
            && self.host == std::process::id()
            && self.ids == calls::effective_ids()
            && self.is_alive()
    }

    fn is_alive(&self) -> bool {
        !has_ended(&self.pidfd, Duration::ZERO).unwrap_or(true)
    }

    /// One request and its answer.
    fn ask(&self, request: &Request, fds: &[RawFd]) -> Result<OwnedFd, SetupError> {
        let broken = |error: io::Error| failed(error.raw_os_error());
        packet::send(self.channel.as_fd(), &request.encode(), fds, true).map_err(broken)?;
        self.answer().inspect_err(|error| {
            if error.stage() == Stage::LaunchServer {
                // An answer that comes later would be taken for another request's: it makes no more.
                self.dismiss();
                let _ = has_ended(&self.pidfd, PATIENCE);
            }
        })
    }

    fn answer(&self) -> Result<OwnedFd, SetupError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match calls::readable(self.channel.as_raw_fd(), left) {
                Ok(true) => break,
                Err(Errno(libc::EINTR)) => {}
                Ok(false) => return Err(failed(Some(libc::ETIMEDOUT))),
                Err(Errno(errno)) => return Err(failed(Some(errno))),
            }
        }
        let mut answer = [0; ANSWER];
        let received = packet::receive(self.channel.as_fd(), &mut answer, 1, false);
        let errno = i32::from_ne_bytes(answer);
        match received.map(|(length, mut init)| (length, errno, init.pop())) {
            Ok((ANSWER, 0, Some(init))) => Ok(init),
            Ok((ANSWER, errno, None)) if errno != 0 => {
                Err(hint::explain(SetupError::new(Stage::Namespaces, Some(errno)).with_what("by the launch server")))
            }
            Ok((0, ..)) => Err(failed(Some(libc::EPIPE))),
            Ok(_) => Err(failed(Some(libc::EPROTO))),
            Err(error) => match error.raw_os_error() {
                // There was no number left for its descriptor; the answer has come.
                Some(libc::EMSGSIZE) => Err(hint::explain(SetupError::new(Stage::Namespaces, Some(libc::EMFILE)))),
                errno => Err(failed(errno)),
            },
        }
    }

    /// Ends it; whether it was killed, which a host that has become another user may not do.
    fn dismiss(&self) -> bool {
        self.dismissed.set(true);
        calls::shut_down(self.channel.as_raw_fd());
        // ESRCH: it has ended by itself. EPERM: it will, by the channel's end.
        matches!(calls::pidfd_send_signal(self.pidfd.as_raw_fd(), libc::SIGKILL), Ok(()) | Err(Errno(libc::ESRCH)))
    }
}

/// How long making one process may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Drop for Process {
    fn drop(&mut self) {
        if self.host != std::process::id() {
            // The host's, of which this is a copy.
            return;
        }
        let killed = self.dismiss();
        match has_ended(&self.pidfd, PATIENCE) {
            Ok(true) => {}
            Err(_) if killed => {}
            _ => return,
        }
        while matches!(calls::wait_pidfd(self.pidfd.as_raw_fd()), Err(Errno(libc::EINTR))) {}
    }
}
