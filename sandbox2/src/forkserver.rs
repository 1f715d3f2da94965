//! Programs that make themselves ready once and are forked for each sandbox.
//!
//! The program runs outside of any sandbox, as the host's user; it is trusted as far as the host itself. Its children are put into their
//! sandbox's namespaces before any code of theirs runs, and sandbox themselves. What the two say to each other is described in
//! `sandbox2_client::fork_request`.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sandbox2_client::fork_request::{self, ForkRequest};
use sandbox2_client::packet;

use crate::error::{SetupError, Stage};
use crate::launch::{self, Forks};
use crate::sys::spawn::Spawn;
use crate::sys::{Errno, calls, spawn};

/// A program that waits to be forked.
///
/// Clones are the same process. It ends when the last of them, and of the sandboxes that were made of it, is dropped.
///
/// # Examples
/// ```no_run
/// use sandbox2::{Executor, ForkServer, Policy, Sandbox2};
///
/// # fn example(policy: &Policy) -> Result<(), Box<dyn std::error::Error>> {
/// let server: ForkServer = Executor::fork_server("/usr/libexec/decoder")?;
/// for _ in 0..10 {
///     let mut executor = Executor::from_fork_server(&server);
///     let mut comms = executor.ipc_mut().comms()?;
///     let mut s2 = Sandbox2::new(executor, policy);
///     s2.run_async()?;
///     comms.send_u32(1)?;
///     println!("{}", s2.await_result());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ForkServer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    spec: ServerSpec,
    process: Mutex<Process>,
}

/// What to start a fork server from, again if need be.
#[derive(Debug)]
pub(crate) struct ServerSpec {
    pub(crate) program: OwnedFd,
    pub(crate) name: PathBuf,
    pub(crate) argv: Vec<CString>,
    pub(crate) envp: Vec<CString>,
    /// The descriptors that it gets, but for its channel.
    pub(crate) fds: Vec<(OwnedFd, RawFd)>,
    /// The number that it has been told its channel has.
    pub(crate) channel: RawFd,
    pub(crate) patience: Duration,
}

/// A fork server's process: killed and reaped when this is dropped.
#[derive(Debug)]
struct Process {
    pidfd: OwnedFd,
    channel: OwnedFd,
    /// Whose child it is: what happens in a copy of the host is no affair of it.
    host: u32,
}

/// How long one may take to end that cannot be killed.
const ENDING: Duration = Duration::from_secs(5);

impl ForkServer {
    /// Starts it, and waits until it waits for requests.
    pub(crate) fn start(spec: ServerSpec) -> Result<ForkServer, SetupError> {
        let process = Process::start(&spec)?;
        Ok(ForkServer { inner: Arc::new(Inner { spec, process: Mutex::new(process) }) })
    }

    /// What is called a fork server here: the path of its program.
    pub(crate) fn name(&self) -> &Path {
        &self.inner.spec.name
    }

    /// Whether its process is there. It may have ended by the time that this returns.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !calls::readable(self.process().pidfd.as_raw_fd(), Duration::ZERO).unwrap_or(true)
    }

    /// Its process id; 0 if it has ended.
    #[must_use]
    pub fn pid(&self) -> u32 {
        launch::pid_of(&self.process().pidfd).ok().and_then(|pid| u32::try_from(pid).ok()).unwrap_or(0)
    }

    /// Ends its process, if it is still there, and starts the program anew. Its children that still run end with it.
    ///
    /// # Errors
    /// As for [`Executor::start_fork_server`](crate::Executor::start_fork_server). Then there is none, and this can be tried again.
    pub fn restart(&self) -> Result<(), SetupError> {
        let mut process = self.process();
        process.end();
        *process = Process::start(&self.inner.spec)?;
        Ok(())
    }

    /// A thread that panicked while it held the lock has left nothing half-done: every change is one assignment.
    fn process(&self) -> MutexGuard<'_, Process> {
        self.inner.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Forks for ForkServer {
    fn fork(&self, request: ForkRequest) -> Result<(), SetupError> {
        let failed = |error: &io::Error| {
            let errno = match error.raw_os_error() {
                Some(libc::ECONNRESET | libc::ENOTCONN) => Some(libc::EPIPE),
                errno => errno,
            };
            SetupError::new(Stage::ForkServer, errno).with_what(self.name().display().to_string())
        };
        let numbers: Vec<RawFd> = request.descriptors.iter().map(|(_, number)| *number).collect();
        let cwd = request.cwd.as_ref();
        let bytes = ForkRequest::encode(request.which, &numbers, &request.introduction, cwd);
        let bytes = bytes.map_err(|error| failed(&error))?;
        let first = [&request.namespaces, &request.status, &request.control];
        let mapped = request.descriptors.iter().map(|(fd, _)| fd);
        let fds: Vec<RawFd> = first.into_iter().chain(mapped).map(AsRawFd::as_raw_fd).collect();
        let process = self.process();
        let sent = packet::send(process.channel.as_fd(), &bytes, &fds, false);
        sent.map_err(|error| match error.raw_os_error() {
            Some(libc::EAGAIN) => {
                failed(&error).with_hint(Some("it does not take the requests that it has: it must wait for them again"))
            }
            _ => launch::explain(failed(&error)),
        })
    }
}

impl Process {
    fn start(spec: &ServerSpec) -> Result<Process, SetupError> {
        let ServerSpec { program, name, argv, envp, fds, channel: number, patience } = spec;
        let failed = |stage, Errno(errno)| {
            launch::explain(SetupError::new(stage, Some(errno)).with_what(name.display().to_string()))
        };
        let (channel, theirs) = calls::packet_sockets().map_err(|errno| failed(Stage::ForkServer, errno))?;
        let theirs_there = (theirs.as_raw_fd(), *number);
        let fds: Vec<_> = fds.iter().map(|(fd, number)| (fd.as_raw_fd(), *number)).chain([theirs_there]).collect();
        let plan = launch::Descriptors::plan(&fds, Some(program.as_raw_fd()))?;
        let pointers = |texts: &[CString]| -> Vec<*const libc::c_char> {
            texts.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect()
        };
        let (argv, envp) = (pointers(argv), pointers(envp));
        let pidfd = spawn::spawn(&Spawn {
            program: plan.program,
            moves: &plan.moves,
            closes: &plan.closes,
            argv: &argv,
            envp: &envp,
        })
        .map_err(|(stage, errno)| failed(stage, errno))?;
        drop(theirs);
        let process = Process { pidfd, channel, host: std::process::id() };
        process.await_ready(name, *patience)?;
        Ok(process)
    }

    /// Waits until it says that it waits for requests.
    fn await_ready(&self, name: &Path, patience: Duration) -> Result<(), SetupError> {
        let wrong = |errno, what: &str| {
            SetupError::new(Stage::ForkServer, errno).with_what(format!("{} {what}", name.display())).with_hint(Some(
                "a fork server is a program that calls ForkingClient::wait_and_fork or enter_fork_loop (sandbox2_client)",
            ))
        };
        let until = Instant::now().checked_add(patience);
        let left = || until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
        loop {
            match calls::readable(self.channel.as_raw_fd(), left()) {
                Ok(true) => break,
                Ok(false) if left().is_zero() => {
                    return Err(wrong(Some(libc::ETIMEDOUT), "did not come to wait for requests"));
                }
                Ok(false) | Err(Errno(libc::EINTR)) => {}
                Err(Errno(errno)) => return Err(SetupError::new(Stage::ForkServer, Some(errno))),
            }
        }
        let mut bytes = [0; 16];
        match packet::receive(self.channel.as_fd(), &mut bytes, 0, false) {
            Ok((length, _)) if bytes.get(..length) == Some(&fork_request::ready()) => Ok(()),
            Ok((0, _)) => Err(wrong(None, "has ended, or closed its channel, before it waited for requests")),
            _ => Err(wrong(None, "does not speak this version of the protocol")),
        }
    }

    fn end(&self) {
        if self.host != std::process::id() {
            return;
        }
        // A host that has become another user may not kill it; this it hears.
        calls::shut_down(self.channel.as_raw_fd());
        let killed = calls::pidfd_send_signal(self.pidfd.as_raw_fd(), libc::SIGKILL);
        if killed == Err(Errno(libc::EPERM)) && calls::readable(self.pidfd.as_raw_fd(), ENDING) != Ok(true) {
            return;
        }
        while matches!(calls::wait_pidfd(self.pidfd.as_raw_fd()), Err(Errno(libc::EINTR))) {}
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
