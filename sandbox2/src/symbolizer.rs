//! The worker's sandbox: what tells stacks, under a policy of this crate.
//!
//! The worker is the host's own executable, once more: an initialiser in it, which runs before `main`, recognises how it was called and
//! does the work ([`worker`](crate::unwind::worker)). So nothing has to be installed, and both sides are of one version. Where this crate
//! lies in a shared library of somebody else's program, that program would not know what to do; then the user names an executable.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::executor::{Executor, Stdio};
use crate::monitor;
use crate::monitor::job::Job;
use crate::outcome::{Outcome, Status};
use crate::report::maps::Maps;
use crate::sys;
use crate::sys::calls;
use crate::sys::mapped;
use crate::unwind::limits::{MAX_ANSWER, WORKER_CPU, WORKER_MEMORY, WORKER_TIME};
use crate::unwind::request::{ANSWER, MEMORY, PROGRAM, REQUEST, object_name};
use crate::unwind::{Said, Symbolizer, Work};

/// The worker's descriptors; those of the objects come after them.
const REQUEST_NUMBER: i32 = 3;
const ANSWER_NUMBER: i32 = 4;
const MEMORY_NUMBER: i32 = 5;
const FIRST_OBJECT: i32 = 6;

crate::policy! {
    /// To start, whatever program it is that the worker lives in; to read what it was given, and to write its answer.
    ///
    /// What else the program's initialisers and libraries try before that is refused, so that they go on.
    static POLICY;

    default ERRNO(ENOSYS);
    use dynamic_startup, system_malloc, scudo_malloc, time, exit;
    ALLOW write if fd == { ANSWER_NUMBER };
    ALLOW fcntl if cmd == F_GETFD || (cmd == F_SETFD && arg == FD_CLOEXEC);
    ALLOW getpid;
}

sys::before_main::before_main!(own_code, c"sandbox2-symbolizer", crate::unwind::worker::main);

/// Runs the worker in a sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Worker;

/// How many workers there may be at a time. Sandboxes can end as many at once as they like; a host has only so many processors.
struct Turns {
    taken: Mutex<usize>,
    left: Condvar,
}

static TURNS: Turns = Turns::new();

/// How long a stack waits for its turn. Its sandboxee is stopped meanwhile.
const TURN: Duration = Duration::from_secs(2);

/// A worker's place among them.
struct Turn<'a>(&'a Turns);

impl Turns {
    const fn new() -> Turns {
        Turns { taken: Mutex::new(0), left: Condvar::new() }
    }

    fn most() -> usize {
        2 * std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// Waits for a place; `None` if there is none in time.
    fn take(&self, patience: Duration) -> Option<Turn<'_>> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.left.wait_timeout_while(taken, patience, |taken| *taken >= Turns::most());
        let (mut taken, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return None;
        }
        *taken += 1;
        Some(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.left.notify_one();
    }
}

impl Symbolizer for Worker {
    fn run(&self, work: Work) -> Said {
        let Some(_turn) = TURNS.take(TURN) else {
            let trouble = "too many stacks are being told at the same time".to_owned();
            return Said { bytes: Vec::new(), trouble: Some(trouble) };
        };
        run(work).unwrap_or_else(|trouble| Said { bytes: Vec::new(), trouble: Some(trouble) })
    }
}

fn run(work: Work) -> Result<Said, String> {
    let answer = calls::memory(c"sandbox2-symbolizer", 0);
    let answer = answer.map_err(|sys::Errno(errno)| cannot("have memory", &io::Error::from_raw_os_error(errno)))?;
    let mut answer = File::from(answer);
    let theirs = answer.try_clone().map_err(|error| cannot("have a descriptor", &error))?;
    let executor = executor(work, theirs.into())?;
    let outcome = supervise(executor)?;
    let mut bytes = Vec::new();
    answer.rewind().map_err(|error| cannot("be heard", &error))?;
    // All its processes are gone: it stays as it is. More than its limit cannot be in it.
    answer.take(MAX_ANSWER).read_to_end(&mut bytes).map_err(|error| cannot("be heard", &error))?;
    Ok(Said { bytes, trouble: trouble(&outcome) })
}

fn cannot(what: &str, error: &dyn std::fmt::Display) -> String {
    format!("the symbolizer cannot {what}: {error}")
}

fn executor(work: Work, answer: OwnedFd) -> Result<Executor, String> {
    let Work { request, memory, objects, executable } = work;
    let executor = match executable {
        Some(path) => Executor::new(&path, [PROGRAM]).libraries(path),
        None => {
            let program = own_executable()?;
            Executor::from_fd(program, [PROGRAM]).libraries(own_path())
        }
    };
    let mut executor = executor.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let named = [(request, REQUEST_NUMBER, REQUEST), (answer, ANSWER_NUMBER, ANSWER), (memory, MEMORY_NUMBER, MEMORY)];
    let named = named.into_iter().map(|(fd, number, name)| (fd, number, name.to_owned()));
    let objects = objects.into_iter().zip(FIRST_OBJECT..).map(|((index, fd), number)| (fd, number, object_name(index)));
    for (fd, number, name) in named.chain(objects) {
        let mapped = executor.ipc_mut().map_fd(fd, (number, name.as_str()));
        mapped.map_err(|error| cannot("have a descriptor", &error))?;
    }
    executor
        .limits_mut()
        .set_wall_time(WORKER_TIME)
        .set_cpu(WORKER_CPU)
        .set_address_space(WORKER_MEMORY)
        .set_file_size(MAX_ANSWER);
    Ok(executor)
}

/// The executable of this process, if it has the worker in it.
fn own_executable() -> Result<File, String> {
    static HAS_WORKER: OnceLock<bool> = OnceLock::new();
    if !HAS_WORKER.get_or_init(|| is_own_executable(own_code())) {
        return Err(
            "this program's executable has no symbolizer in it: name one that has, by StackTraces::worker".to_owned()
        );
    }
    let program = File::options().read(true).custom_flags(libc::O_PATH).open("/proc/self/exe");
    program.map_err(|error| cannot("be opened", &error))
}

/// Whether that code lies in the executable of this process, and not in a library that it has loaded.
fn is_own_executable(code: u64) -> bool {
    let maps = std::fs::read("/proc/self/maps").ok().and_then(|text| Maps::parse(&text).ok()).unwrap_or_default();
    let file = |address| maps.at(address).map(|mapping| (mapping.device, mapping.inode));
    let ours = file(code);
    ours.is_some() && ours == file(mapped::entry_of_this_program())
}

/// A path by which its libraries are found as they were for this process: some are looked for beside it.
fn own_path() -> PathBuf {
    let path = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let Some(text) = path.to_str().filter(|_| !path.exists()) else { return path };
    // What has replaced it while it ran most likely needs the same.
    PathBuf::from(text.strip_suffix(" (deleted)").unwrap_or(text))
}

fn supervise(executor: Executor) -> Result<Outcome, String> {
    let no_sandbox = |error| format!("the symbolizer has no sandbox: {error}");
    let spec = executor.into_spec(&POLICY).map_err(no_sandbox)?;
    Ok(monitor::run(Job::new(spec, POLICY.clone())))
}

/// Why it did not come to its end.
fn trouble(outcome: &Outcome) -> Option<String> {
    match &outcome.status {
        Status::Exited { code: 0 } => None,
        Status::Exited { code } => Some(format!("the symbolizer gave up (exit code {code})")),
        Status::TimedOut { limit } => Some(format!("the symbolizer took longer than {limit:?}")),
        Status::SetupFailed(error) => Some(format!("the symbolizer has no sandbox: {error}")),
        status => Some(format!("the symbolizer was ended: {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_the_executable_is_told_from_code_that_was_loaded() {
        assert!(is_own_executable(own_code()));
        let elsewhere = Box::new(0_u8);
        assert!(!is_own_executable(core::ptr::from_ref(elsewhere.as_ref()).addr() as u64));
        assert!(!is_own_executable(0));
    }

    #[test]
    fn there_are_only_so_many_workers_at_a_time() {
        let turns = Turns::new();
        let mut taken: Vec<_> = (0..Turns::most()).map(|_| turns.take(Duration::ZERO).unwrap()).collect();
        assert!(turns.take(Duration::ZERO).is_none());
        taken.pop();
        assert!(turns.take(Duration::ZERO).is_some());
    }

    #[test]
    fn the_worker_sees_no_more_than_it_was_given() {
        use crate::{assert_allows, assert_denies};
        assert_allows!(POLICY, write(fd: { ANSWER_NUMBER }));
        assert_denies!(POLICY, write(fd: 0..=3));
        assert_denies!(POLICY, socket(_, _, _));
        assert_denies!(POLICY, execve(_, _, _));
        assert_denies!(POLICY, ptrace(_, _, _, _));
        assert_denies!(POLICY, kill(_, _));
        assert_denies!(POLICY, clone(_, _, _, _, _));
        assert_denies!(POLICY, process_vm_readv(_, _, _, _, _, _));
    }
}
