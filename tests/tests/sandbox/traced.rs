//! The ptrace monitor: what only it can see, and what it must not miss.

mod handlers;
mod observers;
mod themselves;

use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use sandbox2::{DecidedBy, Executor, Monitor, Outcome, Policy, Running, Sandbox2, Status, Violation};
use sandbox2_tests::sandboxees;

use crate::{ANYTHING, ANYTHING_BUT, executor};

sandbox2::policy! {
    /// Anything, but the host decides about one call, and another is a violation.
    static ASKING;

    danger { default ALLOW; }
    use map_exec;
    NOTIFY getppid, getpgid, pause?, execve, execveat;
    KILL umask;
}

sandbox2::policy! {
    /// Anything, with what hides from the filter.
    static CLONE3;

    danger { default ALLOW; ALLOW clone3, seccomp; }
    use map_exec;
}

sandbox2::policy! {
    static NO_EXECVEAT;

    danger { default ALLOW; }
    use map_exec;
    ERRNO(EXDEV) execve, execveat;
}

sandbox2::policy! {
    static TRAPPED;

    danger { default ALLOW; }
    use map_exec;
    TRAP(7) getppid;
}

/// A sandbox that is traced.
fn traced(executor: Executor, policy: &Policy) -> Sandbox2 {
    Sandbox2::new(executor, policy).monitor(Monitor::Ptrace)
}

/// What it writes to standard output, as it comes.
fn listening(executor: &mut Executor) -> UnixStream {
    let out = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    out.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit can be set");
    out
}

/// Runs what `change` makes of the sandbox; its outcome, and what it wrote.
fn run(mut executor: Executor, policy: &Policy, change: impl FnOnce(Sandbox2) -> Sandbox2) -> (Outcome, String) {
    let mut out = listening(&mut executor);
    let mut sandbox = change(traced(executor, policy));
    let running = sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    let mut text = String::new();
    out.read_to_string(&mut text).expect("the output is text");
    (running.await_result(), text)
}

/// Runs that mode of the sandboxee of this name; what it wrote. It must exit with code 0.
fn output(mode: &str, policy: &Policy) -> Option<String> {
    let (outcome, text) = run(executor("traced", &[mode])?, policy, |sandbox| sandbox);
    assert!(outcome.is_ok(), "{outcome:#}\n{text}");
    Some(text)
}

/// Runs that mode, which must come to a violation of that call.
fn violated(mode: &str, policy: &Policy, call: &str) -> Option<(Violation, String)> {
    let (outcome, text) = run(executor("traced", &[mode])?, policy, |sandbox| sandbox);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}\n{text}"));
    assert_eq!(violation.syscall.as_deref(), Some(call), "{outcome:#}");
    Some((violation.clone(), text))
}

fn call(nr: libc::c_long) -> Option<Executor> {
    executor("call", &[&format!("{nr},21,22")])
}

// --- verdicts ---

#[test]
fn a_program_runs_to_its_end() {
    let Some(executor) = executor("exit", &["7"]) else { return };
    let outcome = traced(executor, &ANYTHING).run();
    assert_eq!(outcome.status, Status::Exited { code: 7 }, "{outcome:#}");
    assert!(outcome.usage.max_rss > 0);
}

#[test]
fn a_program_that_aborts_is_told_by_its_signal() {
    let Some(executor) = executor("exit", &[]) else { return };
    let outcome = traced(executor, &ANYTHING).run();
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGABRT, .. }), "{outcome:#}");
}

#[test]
fn a_dynamically_linked_program_runs() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let program = sandboxees::dynamic("exit");
    let outcome = traced(Executor::new(&program, ["exit", "3"]).libraries(&program), &ANYTHING).run();
    assert_eq!(outcome.status, Status::Exited { code: 3 }, "{outcome:#}");
}

#[test]
fn a_violation_is_told_with_its_arguments_and_the_call_is_not_made() {
    let nr = libc::SYS_umask;
    let Some(executor) = executor("call", &[&format!("{nr},18"), &format!("{},0", libc::SYS_getpid)]) else { return };
    let (outcome, text) = run(executor, &ANYTHING_BUT, |sandbox| sandbox);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!((violation.syscall.as_deref(), violation.arguments[0].register), (Some("umask"), 18));
    assert!(matches!(violation.decided_by, DecidedBy::Rule { .. }));
    assert_eq!(text, "", "the program goes on after its violation");
}

#[test]
fn a_violation_of_a_grandchild_ends_them_all() {
    let Some((violation, text)) = violated("grandchild", &ANYTHING_BUT, "umask") else { return };
    assert!(violation.pid > 0);
    assert_eq!(text, "");
}

#[test]
fn a_failed_exec_is_a_failed_set_up() {
    if executor("exit", &[]).is_none() {
        return;
    }
    let scratch = sandbox2_tests::scratch::Scratch::new("no-program");
    let program = scratch.file("program", "no program");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is ours");
    let outcome = traced(Executor::new(&program, ["program"]), &ANYTHING).run();
    match &outcome.status {
        Status::SetupFailed(error) => assert_eq!(error.errno(), Some(libc::ENOEXEC), "{outcome:#}"),
        _ => panic!("{outcome:#}"),
    }
}

#[test]
fn a_later_exec_gets_the_policys_own_verdict() {
    for (policy, errno) in [(&ANYTHING, libc::EFAULT), (&NO_EXECVEAT, libc::EXDEV)] {
        let Some(executor) = executor("call", &[&format!("{},{}", libc::SYS_execveat, libc::AT_FDCWD)]) else { return };
        let (outcome, text) = run(executor, policy, |sandbox| sandbox);
        assert_eq!(text, format!("errno {errno}\n"), "{outcome:#}");
    }
}

#[test]
fn a_trap_is_a_signal_here_too() {
    let Some(executor) = call(libc::SYS_getppid) else { return };
    let (outcome, _) = run(executor, &TRAPPED, |sandbox| sandbox);
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGSYS, .. }), "{outcome:#}");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_call_of_another_architecture_is_a_violation() {
    let Some(executor) = executor("foreign", &[]) else { return };
    let (outcome, text) = run(executor, &ANYTHING, |sandbox| sandbox);
    if matches!(outcome.status, Status::Signaled { signal: libc::SIGSEGV, .. }) {
        sandbox2_tests::host::skip("this kernel has no 32-bit calls");
        return;
    }
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!((violation.number, violation.architecture.as_str(), text.as_str()), (20, "i386", ""));
    assert!(matches!(violation.decided_by, DecidedBy::ForeignArchitecture));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_number_of_x32_is_a_violation() {
    let Some(executor) = call(0x4000_0000 | libc::SYS_getppid) else { return };
    let (outcome, _) = run(executor, &ANYTHING, |sandbox| sandbox);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert!(matches!(violation.decided_by, DecidedBy::X32), "{outcome:#}");
}

// --- ways to leave the tracer ---

#[test]
fn a_task_that_nobody_would_trace_is_a_violation() {
    let Some((violation, text)) = violated("untraced", &ANYTHING_BUT, "clone") else { return };
    assert!(matches!(violation.decided_by, DecidedBy::Monitor), "{violation:#}");
    assert_eq!((violation.suggestion, text.as_str()), (None, ""));
}

#[test]
fn clone3_is_not_made_since_its_flags_cannot_be_seen() {
    let Some(executor) = call(libc::SYS_clone3) else { return };
    let (outcome, text) = run(executor, &CLONE3, |sandbox| sandbox);
    assert_eq!(text, format!("errno {}\n", libc::ENOSYS), "{outcome:#}");
    // A C library knows what to do then.
    assert_eq!(output("threads", &CLONE3).as_deref(), Some("joined\n"));
}

#[test]
fn a_sandboxee_gets_no_listener_of_its_own() {
    let Some(text) = output("listener", &CLONE3) else { return };
    assert_eq!(text, format!("errno {}\n", libc::EBUSY));
}

// --- tasks ---

#[test]
fn threads_come_and_go() {
    let Some(text) = output("threads", &ANYTHING) else { return };
    assert_eq!(text, "joined\n");
}

#[test]
fn every_process_of_a_tree_can_be_waited_for() {
    let Some(text) = output("tree", &ANYTHING) else { return };
    assert_eq!(text, "gathered\n");
}

#[test]
fn a_process_that_shares_its_parents_memory_ends_first() {
    let Some(text) = output("vfork", &ANYTHING) else { return };
    assert_eq!(text, "exited 4\n");
}

#[test]
fn a_stopped_process_stays_stopped_until_it_is_continued() {
    let Some(text) = output("stop", &ANYTHING) else { return };
    assert_eq!(text, "stopped\nexited 3\n");
}

#[test]
fn a_thread_that_is_not_the_first_can_execute_a_program() {
    let Some(executor) = executor("traced", &["exec"]) else { return };
    let program = sandboxees::linked_statically("traced").expect("it was there");
    let (outcome, text) = run(executor.file_at(program, "/exec"), &ANYTHING, |sandbox| sandbox);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "executed\n");
}

#[test]
fn what_it_leaves_behind_ends_with_it() {
    let Some(executor) = executor("tree", &["exit"]) else { return };
    let (outcome, text) = run(executor, &ANYTHING, |sandbox| sandbox);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "ready\n");
}

// --- ends from outside ---

/// Starts it, and waits until it says that it is ready.
fn ready(name: &str, args: &[&str]) -> Option<(Running, UnixStream)> {
    let mut executor = executor(name, args)?;
    let mut out = listening(&mut executor);
    let running = traced(executor, &ANYTHING).run_async().unwrap_or_else(|error| panic!("{error:#}"));
    out.read_exact(&mut [0; 6]).expect("it gets ready");
    Some((running, out))
}

#[test]
fn a_kill_reaches_children_in_sessions_of_their_own() {
    let Some((running, mut out)) = ready("tree", &[]) else { return };
    running.kill();
    let outcome = running.await_result();
    assert_eq!(outcome.status, Status::Killed, "{outcome:#}");
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

#[test]
fn dropping_a_running_sandbox_kills_it() {
    let Some((running, mut out)) = ready("tree", &[]) else { return };
    drop(running);
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

/// The limit is set once all are at it; if they could keep the monitor from it, this would not end.
#[test]
fn a_flood_of_signals_among_512_processes_delays_no_limit() {
    let Some((running, mut out)) = ready("traced", &["flood"]) else { return };
    running.set_walltime_limit(Duration::from_millis(500));
    let outcome = running.await_result();
    assert_eq!(outcome.status, Status::TimedOut { limit: Duration::from_millis(500) }, "{outcome:#}");
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

#[test]
fn a_flood_of_signals_delays_no_kill() {
    let Some((running, mut out)) = ready("traced", &["flood"]) else { return };
    running.kill();
    let outcome = running.await_result();
    assert_eq!(outcome.status, Status::Killed, "{outcome:#}");
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

#[test]
fn a_fork_bomb_ends_with_its_time() {
    let Some(mut executor) = executor("traced", &["bomb"]) else { return };
    executor.limits_mut().set_wall_time(Duration::from_millis(100));
    let (outcome, _) = run(executor, &ANYTHING, |sandbox| sandbox);
    assert!(matches!(outcome.status, Status::TimedOut { .. }), "{outcome:#}");
}

/// The host is a forked child of this test; it is killed while its sandboxee runs.
#[test]
fn a_sandboxee_does_not_outlive_its_host() {
    let Some(mut executor) = executor("tree", &[]) else { return };
    let mut out = listening(&mut executor);
    let mut told = out.try_clone().expect("a socket can be cloned");
    // SAFETY: the child only runs the sandbox and ends by a signal; this test's other threads hold no lock it needs but
    // the allocator's, which fork takes care of.
    let host = unsafe { libc::fork() };
    assert!(host >= 0, "{}", std::io::Error::last_os_error());
    if host == 0 {
        let _ = traced(executor, &ANYTHING).run();
        std::process::abort();
    }
    drop(executor);
    told.read_exact(&mut [0; 6]).expect("it gets ready");
    // SAFETY: the child is ours and not reaped yet.
    assert_eq!(unsafe { libc::kill(host, libc::SIGKILL) }, 0);
    let mut status = 0;
    // SAFETY: the child is ours, the status is a local.
    assert_eq!(unsafe { libc::waitpid(host, &raw mut status, 0) }, host);
    out.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

/// What it is for: where another filter around the host has the one listener that there can be.
#[test]
fn it_works_where_no_listener_can_be_had() {
    let Some(first) = executor("exit", &["0"]) else { return };
    let second = executor("exit", &["0"]).expect("it was there");
    let third = executor("exit", &["0"]).expect("it was there");
    // SAFETY: the child runs three sandboxes and ends; this test's other threads hold no lock it needs but the allocator's, which
    // fork takes care of.
    let host = unsafe { libc::fork() };
    assert!(host >= 0, "{}", std::io::Error::last_os_error());
    if host == 0 {
        let allow = libc::sock_filter { code: 6, jt: 0, jf: 0, k: libc::SECCOMP_RET_ALLOW };
        let program = libc::sock_fprog { len: 1, filter: (&raw const allow).cast_mut() };
        // SAFETY: takes numbers alone.
        unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
        // SAFETY: the kernel reads a program.
        let listener = unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, &raw const program) };
        let by_listener = Sandbox2::new(first, &ANYTHING).monitor(Monitor::Listener).run();
        let by_ptrace = traced(second, &ANYTHING).run();
        let refused = matches!(&by_listener.status, Status::SetupFailed(error) if error.errno() == Some(libc::EBUSY));
        let by_itself = Sandbox2::new(third, &ANYTHING).run();
        let chosen = by_itself.is_ok() && by_itself.supervised.monitor == Monitor::Ptrace;
        let well = listener >= 0 && refused && by_ptrace.is_ok() && chosen;
        if !well {
            eprintln!("{listener}\n{by_listener:#}\n{by_ptrace:#}\n{by_itself:#}");
        }
        // SAFETY: ends this process, and no destructor of it runs.
        unsafe { libc::_exit(i32::from(!well)) };
    }
    drop((first, second, third));
    let mut status = 0;
    // SAFETY: the child is ours, the status is a local.
    assert_eq!(unsafe { libc::waitpid(host, &raw mut status, 0) }, host);
    assert_eq!(status, 0);
}
