//! What supervision costs the sandboxee, as a multiple of what the same work costs without.
//!
//! ```text
//! cargo bench -p sandbox2-tests --bench supervision
//! ```
//!
//! All variants in turns; medians. *Bare* is the program as it is, *filter* the same with the policy's filter and nobody who supervises. A call that a
//! host decides about is measured beside the shortest loop that answers a listener.
//!
//! Promised: reads within 1.03 of the filter alone; fork and wait, threads and signals within 1.1 of bare; a notified call within 1.3 of the
//! shortest loop; a violation within 1.3 of a run that ends well.

use std::ffi::CString;
use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use sandbox2::{Executor, Handlers, Monitor, Policy, Sandbox2, Supervision};
use sandbox2_tests::sandboxees;

sandbox2::policy! {
    /// What the program does, one way or another.
    static PACED;

    use static_startup, system_malloc, exit, time, signals, rust_std, threads, fork, wait;
    ALLOW read, write, getpriority, tgkill;
}

sandbox2::policy! {
    /// The same, but the host decides about one of them.
    static ASKED;

    danger { default ALLOW; }
    use map_exec;
    NOTIFY getpriority;
}

sandbox2::policy! {
    static VIOLATED;

    danger { default ALLOW; }
    use map_exec;
    KILL getpriority;
}

const ROUNDS: usize = 15;

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let Some(program) = sandboxees::linked_statically("pace") else { return };
    println!(
        "{:8} {:>8} {:>8} {:>8} {:>8}   listener x filter, x bare    ptrace x filter, x bare   promised",
        "", "bare", "filter", "listener", "ptrace"
    );
    for (verb, times, promised) in [
        ("read", 1_000_000, "both 1.03 of filter"),
        ("fork", 1000, "listener 1.1 of bare"),
        ("thread", 2000, "listener 1.1 of bare"),
        ("signal", 20_000, "listener 1.1 of bare"),
    ] {
        let mut samples = [const { Vec::new() }; 4];
        for _ in 0..ROUNDS {
            samples[0].push(unsupervised(&program, verb, times, None));
            samples[1].push(unsupervised(&program, verb, times, Some(&PACED)));
            for (samples, monitor) in samples[2..].iter_mut().zip([Monitor::Listener, Monitor::Ptrace]) {
                samples.push(supervised(&program, verb, times, &PACED, Handlers::new(), monitor));
            }
        }
        let [bare, filter, listener, ptrace] = samples.map(median);
        println!(
            "{verb:8} {bare:8.0} {filter:8.0} {listener:8.0} {ptrace:8.0}   {:17.3} {:7.3}    {:15.3} {:7.3}   {promised}",
            listener / filter,
            listener / bare,
            ptrace / filter,
            ptrace / bare
        );
    }
    notified(&program);
    violation(&program);
}

/// A call that a handler decides about, and one that the shortest loop answers.
fn notified(program: &Path) {
    const TIMES: u32 = 50_000;
    let (mut shortest, mut handler) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        shortest.push(shortest_loop(program, TIMES));
        let handlers = Handlers::new().on("getpriority", |_| Ok(sandbox2::Answer::value(20)));
        handler.push(supervised(program, "ask", TIMES, &ASKED, handlers, Monitor::Listener));
    }
    let (shortest, handler) = (median(shortest), median(handler));
    println!(
        "notified   shortest loop {shortest:.0} ns, handler {handler:.0} ns: {:.2}  (promised 1.3)",
        handler / shortest
    );
}

/// From the launch to the outcome: a violation, and a run that ends well at the same place.
fn violation(program: &Path) {
    let (mut ends_well, mut violates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS * 20 {
        for (policy, times) in [(&ASKED, &mut ends_well), (&VIOLATED, &mut violates)] {
            let asked = std::ptr::eq(policy, &raw const ASKED);
            let handlers = Handlers::new();
            let handlers =
                if asked { handlers.on("getpriority", |_| Ok(sandbox2::Answer::value(20))) } else { handlers };
            let executor = Executor::new(program, ["pace", "ask", "1"]).stdout(sandbox2::Stdio::null());
            let start = Instant::now();
            let outcome = Sandbox2::new(executor, policy).handlers(handlers).run();
            times.push(start.elapsed().as_nanos() as f64);
            assert_eq!(outcome.violation().is_none(), asked, "{outcome:#}");
        }
    }
    let (ends_well, violates) = (median(ends_well) / 1e3, median(violates) / 1e3);
    println!(
        "violation  ends well {ends_well:.0} us, violation {violates:.0} us: {:.2}  (promised 1.3)",
        violates / ends_well
    );
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

fn zeroes() -> File {
    File::open("/dev/zero").expect("it is there")
}

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

fn unsupervised(program: &Path, verb: &str, times: u32, policy: Option<&'static Policy>) -> f64 {
    let mut command = Command::new(program);
    command.args([verb, &times.to_string()]).stdin(Stdio::from(zeroes()));
    if let Some(policy) = policy {
        // The standalone program kills at the execve that is to come; a filter of the same length that does not is close enough.
        let insns = policy.program(policy.arch(), Supervision::Standalone).expect("it has one").into_owned();
        let exec = u32::try_from(libc::SYS_execve).expect("a small number");
        // Lets execve through, before anything else is asked: two instructions more.
        let mut program = vec![
            libc::sock_filter { code: 0x20, jt: 0, jf: 0, k: 0 },
            libc::sock_filter { code: 0x15, jt: 0, jf: 1, k: exec },
            libc::sock_filter { code: 0x06, jt: 0, jf: 0, k: libc::SECCOMP_RET_ALLOW },
        ];
        program.extend(insns.iter().map(|i| libc::sock_filter { code: i.code, jt: i.jt, jf: i.jf, k: i.k }));
        // SAFETY: two system calls, on memory that the closure owns.
        unsafe {
            command.pre_exec(move || install(&mut program, 0).map(drop));
        }
    }
    let output = command.output().expect("it can be started");
    assert!(output.status.success(), "{output:?}");
    number(&String::from_utf8_lossy(&output.stdout))
}

fn install(program: &mut [libc::sock_filter], flags: libc::c_ulong) -> std::io::Result<i32> {
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: numbers.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: the program lives on this frame and in the caller's.
    match unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) } {
        -1 => Err(std::io::Error::last_os_error()),
        listener => Ok(listener as i32),
    }
}

fn supervised(
    program: &Path,
    verb: &str,
    times: u32,
    policy: &'static Policy,
    handlers: Handlers,
    monitor: Monitor,
) -> f64 {
    let times = times.to_string();
    let mut executor = Executor::new(program, ["pace", verb, &times]).stdin(OwnedFd::from(zeroes()));
    executor.limits_mut().set_wall_time(std::time::Duration::from_secs(600));
    let mut output = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let outcome = Sandbox2::new(executor, policy).handlers(handlers).monitor(monitor).run();
    assert!(outcome.is_ok(), "{outcome:#}");
    let mut text = String::new();
    output.read_to_string(&mut text).expect("the output is text");
    number(&text)
}

/// The program under a filter that asks a listener about one call, and nothing but: receive, answer, on the listener alone.
fn shortest_loop(program: &Path, times: u32) -> f64 {
    let asks = u32::try_from(libc::SYS_getpriority).expect("a small number");
    let filter =
        [(0x20, 0, 0), (0x15, 1, asks), (0x06, 0, libc::SECCOMP_RET_USER_NOTIF), (0x06, 0, libc::SECCOMP_RET_ALLOW)];
    let mut filter = filter.map(|(code, jf, k)| libc::sock_filter { code, jt: 0, jf, k });
    let text = |text: &str| CString::new(text).expect("no zero in it");
    let argv = [text("pace"), text("ask"), text(&times.to_string())];
    let argv: Vec<_> = argv.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect();
    let path = text(program.to_str().expect("it is text"));
    let (mut output, stdout) = std::io::pipe().expect("a pipe");
    let (mut number_from, number_to) = std::io::pipe().expect("a pipe");
    let (taken_from, taken) = std::io::pipe().expect("a pipe");
    // SAFETY: what follows in the child are system calls on memory that was made before.
    let child = unsafe { libc::fork() };
    if child == 0 {
        become_asker(&mut filter, [&stdout, &number_to, &taken], &taken_from, &path, &argv);
    }
    drop(stdout);
    let mut number_there = [0; 4];
    number_from.read_exact(&mut number_there).expect("the child says it");
    // SAFETY: numbers.
    let pidfd = unsafe { libc::syscall(libc::SYS_pidfd_open, child, 0) };
    // SAFETY: numbers.
    let listener = unsafe { libc::syscall(libc::SYS_pidfd_getfd, pidfd, i32::from_ne_bytes(number_there), 0) };
    assert!(listener >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: it is new, and nobody else's.
    let listener = unsafe { OwnedFd::from_raw_fd(listener as i32) };
    drop(taken);
    answer_all(&listener);
    let mut text = String::new();
    output.read_to_string(&mut text).expect("the output is text");
    // SAFETY: our own child; no status is wanted.
    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    // SAFETY: it is ours.
    unsafe { libc::close(pidfd as i32) };
    number(&text)
}

/// In the child: says the number of its listener, waits until that was taken, and becomes the program.
#[allow(clippy::multiple_unsafe_ops_per_block, reason = "system calls on memory that is there, between fork and exec")]
fn become_asker(
    filter: &mut [libc::sock_filter],
    [stdout, number_to, taken]: [&PipeWriter; 3],
    taken_from: &PipeReader,
    path: &CString,
    argv: &[*const libc::c_char],
) -> ! {
    // In a session of its own, as every sandboxee is: the kernel schedules sessions against each other.
    // SAFETY: no argument.
    unsafe { libc::setsid() };
    let mut listener = install(filter, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER).unwrap_or(-1).to_ne_bytes();
    // SAFETY: descriptors that are open, and memory of that size; the arrays end in null.
    unsafe {
        libc::dup2(stdout.as_raw_fd(), 1);
        libc::write(number_to.as_raw_fd(), listener.as_ptr().cast(), 4);
        libc::close(taken.as_raw_fd());
        libc::read(taken_from.as_raw_fd(), listener.as_mut_ptr().cast(), 1);
        libc::execv(path.as_ptr(), argv.as_ptr());
        libc::_exit(127);
    }
}

/// Until nobody is left who could ask.
fn answer_all(listener: &OwnedFd) {
    const SET_FLAGS: libc::c_ulong = libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS as libc::c_ulong;
    let fd = listener.as_raw_fd();
    // SAFETY: a number; SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP.
    unsafe { libc::ioctl(fd, SET_FLAGS, 1_u64) };
    loop {
        let mut notification = [0_u64; 10];
        // SAFETY: 80 bytes are what the kernel writes.
        if unsafe { libc::ioctl(fd, libc::SECCOMP_IOCTL_NOTIF_RECV as libc::c_ulong, notification.as_mut_ptr()) } != 0 {
            // Nobody is left.
            return;
        }
        let mut answer = [notification[0], 20, 0];
        // SAFETY: 24 bytes are what the kernel reads.
        unsafe { libc::ioctl(fd, libc::SECCOMP_IOCTL_NOTIF_SEND as libc::c_ulong, answer.as_mut_ptr()) };
    }
}
