//! Follows a launcher and every process that it makes, call by call, from one mark of the launcher's to the other, and does to each
//! call what it is told to.
//!
//! A tracer belongs to the thread that it was made on: the processes are that thread's tracees, and it waits for no others.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::calls::{self, Call, Point, Who};

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// What the kernel makes of it.
    Own,
    /// It is not made, and fails with that error number.
    Fails(i32),
    /// It is made, and said to have failed.
    SaidToFail(i32),
    /// When it is about to be made, that process is killed.
    Kills(Who),
    /// When it is about to be made, its process gets a signal that a handler hears.
    Interrupted,
}

/// What came of a launch.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Every call between the marks, in the order in which they began; none after one that fails or kills.
    pub(crate) calls: Vec<Call>,
    /// The launcher's wait status.
    pub(crate) status: i32,
    /// What it wrote.
    pub(crate) output: String,
    /// What everybody was waiting in when there was no more patience.
    pub(crate) hang: Option<String>,
}

/// How long a launch may take. Only one that hangs takes that long.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that is traced.
struct Tracee {
    who: Who,
    /// Whether it is stopped at each call.
    walked: bool,
    /// The call that it is in.
    call: Option<Call>,
    fate: Fate,
    registers: Option<libc::user_regs_struct>,
    /// Whether it has been seen putting a filter on.
    filtered: bool,
    /// Whether it has still to say its first word.
    silent: bool,
}

/// Which process is which, and what to do with it: shared with the thread that has the patience.
type Processes = Mutex<Vec<(Who, i32, OwnedFd)>>;

struct Tracer<'a> {
    decide: &'a mut dyn FnMut(&Call) -> Fate,
    tracees: HashMap<i32, Tracee>,
    /// Stops of processes whose makers have not said yet that they made them.
    early: HashMap<i32, i32>,
    /// Those that have ended, and may still have to be reaped.
    ended: Vec<OwnedFd>,
    processes: &'a Processes,
    /// What is called so in the details of calls.
    folder: String,
    counts: HashMap<(Who, u64, String), u32>,
    recording: bool,
    /// Whose calls are of interest; `None`: everybody's.
    whose: Option<Who>,
    /// Whether what was to happen has happened: nobody is stopped at calls any more.
    done: bool,
    run: Run,
}

/// Runs `command`, which must wait for a line, and asks `decide` about each call of its launch, or, to be quicker, of `whose` alone.
/// Points have `FOLDER` for `folder`.
pub(crate) fn trace(
    command: &mut Command,
    folder: &Path,
    whose: Option<Who>,
    decide: &mut dyn FnMut(&Call) -> Fate,
) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the launcher starts");
    let pid = child.id().cast_signed();
    // It is waited for by this thread alone, as a tracee.
    let processes = Mutex::new(vec![(Who::Host, pid, pidfd(pid).expect("nobody waits for it yet"))]);
    let (done, over) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let watched = &processes;
        // SAFETY: asks for a number.
        let thread = unsafe { libc::gettid() };
        let patience = scope.spawn(move || watch(&over, watched, thread));
        let mut tracer = Tracer {
            decide,
            tracees: HashMap::new(),
            early: HashMap::new(),
            ended: Vec::new(),
            processes: &processes,
            folder: folder.display().to_string(),
            counts: HashMap::new(),
            recording: false,
            whose,
            done: false,
            run: Run::default(),
        };
        tracer.begin(&mut child);
        tracer.follow();
        drop(done);
        let mut run = tracer.run;
        run.hang = patience.join().expect("it does not panic");
        child.stdout.take().expect("it is a pipe").read_to_string(&mut run.output).expect("it is text");
        run
    })
}

/// Ends everybody once there is no more patience, whom `tracer` traces or was told of; says what they waited in.
fn watch(over: &mpsc::Receiver<()>, processes: &Processes, tracer: i32) -> Option<String> {
    if over.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return None;
    }
    let mut said = String::new();
    for (who, pid, pidfd) in &*processes.lock().unwrap_or_else(PoisonError::into_inner) {
        let left = if is_gone(pidfd) { "has ended: " } else { "" };
        said += &format!("{who} ({pid}) {left}{}; ", waits_in(*pid));
    }
    for pid in traced_by(tracer) {
        said += &format!("traced ({pid}) {}; ", waits_in(pid));
    }
    while over.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
        for (_, _, pidfd) in &*processes.lock().unwrap_or_else(PoisonError::into_inner) {
            // SAFETY: takes numbers, and no information.
            unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), libc::SIGKILL, 0, 0) };
            if is_gone(pidfd) {
                reap(pidfd);
            }
        }
        for pid in traced_by(tracer) {
            // SAFETY: takes numbers. It was a tracee of this test's a moment ago, and nothing else is killed for a hang.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    }
    Some(said)
}

fn waits_in(pid: i32) -> String {
    let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let state = read("status").lines().find(|line| line.starts_with("State:")).map(str::to_owned);
    format!("{state:?} in {} at {}", read("wchan"), read("syscall").trim())
}

/// Every process that this thread traces.
fn traced_by(tracer: i32) -> Vec<i32> {
    let line = format!("TracerPid:\t{tracer}");
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let traced = |pid: &i32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|found| found == line)
    };
    pids.filter(traced).collect()
}

/// Makes orphans of the launchers that are killed this process's own, so that none is left to somebody who is slow.
pub(crate) fn adopt_orphans() {
    // SAFETY: takes numbers alone.
    let adopts = unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    assert_eq!(adopts, 0, "{}", std::io::Error::last_os_error());
}

/// Whether it is nobody's zombie any more: reaps it if it has become this process's own.
fn reap(ended: &OwnedFd) -> bool {
    let number = ended.as_raw_fd().cast_unsigned();
    let how = libc::WEXITED | libc::WNOHANG | libc::__WALL;
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the information is a local. It fails for those that have a parent of their own.
    unsafe { libc::waitid(libc::P_PIDFD, number, &raw mut info, how) == 0 }
}

/// `None` if it has ended and was waited for.
fn pidfd(pid: i32) -> Option<OwnedFd> {
    // SAFETY: takes numbers.
    let made = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: just made, and ours.
    i32::try_from(made).ok().filter(|made| *made >= 0).map(|made| unsafe { OwnedFd::from_raw_fd(made) })
}

fn is_gone(pidfd: &OwnedFd) -> bool {
    let mut poll = libc::pollfd { fd: pidfd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one structure, which is a local.
    unsafe { libc::poll(&raw mut poll, 1, 0) == 1 }
}

/// Why that child of this thread cannot be traced.
pub(crate) fn refusal(pid: i32) -> Option<std::io::Error> {
    (ptrace(libc::PTRACE_SEIZE, pid, 0, 0) != 0).then(std::io::Error::last_os_error)
}

/// One request of `ptrace(2)`; what it returns, or minus one.
fn ptrace(request: libc::c_uint, pid: i32, address: usize, data: usize) -> i64 {
    // SAFETY: every caller passes numbers, or the address of a local that is as large as the request says.
    unsafe { libc::ptrace(request, pid, address, data) }
}

impl Tracer<'_> {
    /// Takes hold of the launcher, which waits for a line, and gives it the line.
    fn begin(&mut self, child: &mut Child) {
        let pid = child.id().cast_signed();
        // What it does before is not walked.
        let mut ready = [0; b"ready\n".len()];
        child.stdout.as_mut().expect("it is a pipe").read_exact(&mut ready).expect("it gets ready");
        let options = libc::PTRACE_O_TRACECLONE
            | libc::PTRACE_O_TRACEFORK
            | libc::PTRACE_O_TRACEVFORK
            | libc::PTRACE_O_TRACEEXEC
            | libc::PTRACE_O_TRACESYSGOOD
            | libc::PTRACE_O_EXITKILL;
        let seized = ptrace(libc::PTRACE_SEIZE, pid, 0, options as usize);
        assert_eq!(seized, 0, "the launcher cannot be traced: {}", std::io::Error::last_os_error());
        assert_eq!(ptrace(libc::PTRACE_INTERRUPT, pid, 0, 0), 0);
        self.add(pid, Who::Host, false);
        let mut input = child.stdin.take().expect("it is a pipe");
        input.write_all(b"\n").expect("it reads");
    }

    fn add(&mut self, pid: i32, who: Who, filtered: bool) {
        if who != Who::Host {
            let process = pidfd(pid).map(|pidfd| (who, pid, pidfd));
            self.processes.lock().unwrap_or_else(PoisonError::into_inner).extend(process);
        }
        let tracee = Tracee {
            who,
            walked: self.is_walked(who),
            call: None,
            fate: Fate::Own,
            registers: None,
            filtered,
            silent: false,
        };
        self.tracees.insert(pid, tracee);
    }

    /// Until nobody is left.
    fn follow(&mut self) {
        loop {
            let mut status = 0;
            // SAFETY: the status is a local.
            let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
            if pid < 0 {
                let error = std::io::Error::last_os_error();
                assert_eq!(error.raw_os_error(), Some(libc::ECHILD), "{error}");
                return;
            }
            self.event(pid, status);
        }
    }

    fn event(&mut self, pid: i32, status: i32) {
        if !libc::WIFSTOPPED(status) {
            if self.tracees.remove(&pid).is_some_and(|tracee| tracee.who == Who::Host) {
                self.run.status = status;
            }
            self.adopt();
            // Whoever is left without a parent is this process's own by now, and may keep its sandbox from ending.
            self.ended.extend(pidfd(pid));
            self.ended.retain(|ended| !reap(ended));
            return;
        }
        if !self.tracees.contains_key(&pid) {
            self.early.insert(pid, status);
            if self.done {
                self.adopt();
            }
            return;
        }
        let mut signal = 0;
        match (libc::WSTOPSIG(status), status >> 16) {
            (_, libc::PTRACE_EVENT_CLONE | libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK) => self.born_of(pid),
            (_, libc::PTRACE_EVENT_EXEC) => {
                // What has its policy runs by itself from here on. The launcher may be on its way into its own program.
                if let Some(tracee) = self.tracees.get_mut(&pid).filter(|tracee| tracee.who != Who::Host) {
                    tracee.who = tracee.who.program();
                    tracee.walked = !is_filtered(pid) && self.whose.is_none_or(|whose| whose == tracee.who);
                    tracee.silent = true;
                }
            }
            (_, libc::PTRACE_EVENT_STOP) => {}
            (number, _) if number == libc::SIGTRAP | 0x80 => self.call(pid),
            (number, _) => signal = number,
        }
        self.resume(pid, signal);
    }

    /// The launcher is, until it has begun.
    fn is_walked(&self, who: Who) -> bool {
        who.is_walked() && (self.whose.is_none_or(|whose| whose == who) || (who == Who::Host && !self.recording))
    }

    /// Lets processes go on whose makers were killed before they could say that they made them.
    fn adopt(&mut self) {
        for (pid, status) in std::mem::take(&mut self.early) {
            if self.done || !self.tracees.contains_key(&parent_of(pid)) {
                self.add(pid, Who::Other, false);
                self.event(pid, status);
            } else {
                self.early.insert(pid, status);
            }
        }
    }

    fn resume(&self, pid: i32, signal: i32) {
        let stopped = |tracee: &Tracee| tracee.walked && (!self.done || tracee.fate != Fate::Own);
        let walked = self.tracees.get(&pid).is_some_and(stopped);
        let how = if walked { libc::PTRACE_SYSCALL } else { libc::PTRACE_CONT };
        // It fails if somebody has killed it meanwhile, which will be heard of.
        ptrace(how, pid, 0, signal as usize);
    }

    /// `parent` has made a process.
    fn born_of(&mut self, parent: i32) {
        let mut message: libc::c_ulong = 0;
        if ptrace(libc::PTRACE_GETEVENTMSG, parent, 0, (&raw mut message).addr()) != 0 {
            return;
        }
        let (Ok(pid), Some(tracee)) = (i32::try_from(message), self.tracees.get(&parent)) else { return };
        let registers = registers_of(parent);
        let flags = calls::clone_flags(parent, registers.orig_rax, registers.rdi);
        let (who, filtered) = (tracee.who.child(flags), tracee.filtered);
        if self.tracees.contains_key(&pid) {
            return;
        }
        self.add(pid, who, filtered);
        if let Some(status) = self.early.remove(&pid) {
            self.event(pid, status);
        }
    }

    /// `pid` is about to make a call, or has made one.
    fn call(&mut self, pid: i32) {
        // SAFETY: a structure of numbers, for which zeros are valid.
        let mut info: libc::ptrace_syscall_info = unsafe { std::mem::zeroed() };
        let place = (&raw mut info).addr();
        if ptrace(libc::PTRACE_GET_SYSCALL_INFO, pid, size_of_val(&info), place) <= 0 {
            return;
        }
        if info.op == libc::PTRACE_SYSCALL_INFO_ENTRY {
            // SAFETY: at an entry the kernel fills that part in.
            let entry = unsafe { info.u.entry };
            self.enters(pid, entry.nr, entry.args);
        } else {
            // SAFETY: otherwise, at an exit, that one.
            let exit = unsafe { info.u.exit };
            self.leaves(pid, exit.sval);
        }
    }

    fn enters(&mut self, pid: i32, number: u64, args: [u64; 6]) {
        let Some(tracee) = self.tracees.get(&pid).filter(|_| !self.done) else { return };
        let who = tracee.who;
        if who == Who::Host && number == libc::SYS_getpriority as u64 && args[0] == 1234 {
            self.recording = args[1] == 1;
            let walked = self.recording && self.is_walked(Who::Host);
            if let Some(tracee) = self.tracees.get_mut(&pid) {
                tracee.walked = walked;
            }
            return;
        }
        let detail = calls::detail(pid, number, args).replace(&self.folder, "FOLDER");
        let mut fate = Fate::Own;
        let mut call = Call { point: Point { who, number, detail, nth: 0 } };
        let silent = who == Who::Other || (self.is_silent(pid) && call.point.name() != "sendmsg");
        if self.recording && !silent {
            self.speaks(pid);
            let count = self.counts.entry((who, number, call.point.detail.clone())).or_default();
            *count += 1;
            call.point.nth = *count;
            fate = (self.decide)(&call);
            self.run.calls.push(call.clone());
        }
        self.done = !matches!(fate, Fate::Own | Fate::Interrupted);
        let registers = match fate {
            Fate::Fails(_) => Some(prevent(pid, number)),
            Fate::SaidToFail(_) => Some(registers_of(pid)),
            Fate::Own => None,
            Fate::Kills(whom) => {
                self.signal(whom, libc::SIGKILL);
                None
            }
            Fate::Interrupted => {
                self.signal(who, libc::SIGUSR1);
                None
            }
        };
        if let Some(tracee) = self.tracees.get_mut(&pid) {
            (tracee.call, tracee.fate, tracee.registers) = (Some(call), fate, registers);
        }
    }

    fn is_silent(&self, pid: i32) -> bool {
        self.tracees.get(&pid).is_some_and(|tracee| tracee.silent)
    }

    fn speaks(&mut self, pid: i32) {
        if let Some(tracee) = self.tracees.get_mut(&pid) {
            tracee.silent = false;
        }
    }

    fn leaves(&mut self, pid: i32, value: i64) {
        let Some(tracee) = self.tracees.get_mut(&pid) else { return };
        let call = tracee.call.take();
        let installed = call.as_ref().is_some_and(|call| calls::installs_filter(&call.point));
        if tracee.filtered && matches!(tracee.who, Who::Program | Who::Forked) {
            // It has given its listener up.
            tracee.walked &= call.is_none_or(|call| call.point.name() != "close");
        }
        match (std::mem::replace(&mut tracee.fate, Fate::Own), tracee.registers.take()) {
            (Fate::Fails(errno), Some(mut registers)) => {
                registers.rax = i64::from(-errno).cast_unsigned();
                set_registers(pid, &registers);
            }
            (Fate::SaidToFail(errno), Some(_)) => {
                let mut registers = registers_of(pid);
                registers.rax = i64::from(-errno).cast_unsigned();
                set_registers(pid, &registers);
            }
            _ => tracee.filtered |= installed && value >= 0,
        }
    }

    fn signal(&self, whom: Who, signal: i32) {
        for (pid, _) in self.tracees.iter().filter(|(_, tracee)| tracee.who == whom) {
            // SAFETY: takes numbers. It is a tracee that this thread has not waited for, so the number is its own.
            unsafe { libc::kill(*pid, signal) };
        }
    }
}

/// Whether it has a filter, which would refuse a call that is none.
fn is_filtered(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/status")).is_ok_and(|status| status.contains("\nSeccomp:\t2\n"))
}

/// The parent of a process; 0 if it is not there any more.
fn parent_of(pid: i32) -> i32 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
    parent.and_then(|parent| parent.trim().parse().ok()).unwrap_or(0)
}

fn registers_of(pid: i32) -> libc::user_regs_struct {
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    // It fails if somebody has killed it meanwhile; then nobody sees what is made of it.
    ptrace(libc::PTRACE_GETREGS, pid, 0, (&raw mut registers).addr());
    registers
}

fn set_registers(pid: i32, registers: &libc::user_regs_struct) {
    ptrace(libc::PTRACE_SETREGS, pid, 0, std::ptr::from_ref(registers).addr());
}

/// Makes nothing of the call that `pid` is about to make; its registers as they were.
fn prevent(pid: i32, number: u64) -> libc::user_regs_struct {
    let before = registers_of(pid);
    let mut registers = before;
    if is_filtered(pid) {
        // The filter must find one that it knows, and the kernel one that it refuses.
        match number.cast_signed() {
            libc::SYS_read => registers.rdi = u64::MAX,
            libc::SYS_ppoll => registers.rsi = u64::from(u32::MAX),
            libc::SYS_wait4 => registers.rdx = 0x7fff_ffff,
            libc::SYS_execveat => registers.r8 = 0x7fff_ffff,
            other => panic!("a filtered process makes call {other}"),
        }
    } else {
        registers.orig_rax = u64::MAX;
    }
    set_registers(pid, &registers);
    before
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::Own => f.write_str("left alone"),
            Fate::Fails(errno) => write!(f, "fails with {errno}"),
            Fate::SaidToFail(errno) => write!(f, "is said to fail with {errno}"),
            Fate::Kills(who) => write!(f, "kills the {who}"),
            Fate::Interrupted => f.write_str("is interrupted"),
        }
    }
}
