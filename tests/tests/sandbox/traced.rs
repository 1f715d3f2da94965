//! The ptrace monitor: what only it can see, and what it must not miss.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox2::{
    Answer, DecidedBy, Executor, Handlers, Monitor, Observer, Outcome, Policy, Returned, Running, Sandbox2, Status,
    Violation,
};
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

/// What the program sees of `getppid` when that handler decides about it.
fn answered<F>(handler: F) -> Option<String>
where
    F: for<'a> Fn(sandbox2::Call<'a>) -> std::io::Result<Answer<'a>> + Send + Sync + 'static,
{
    let handlers = Handlers::new().on("getppid", handler).timeout(Duration::from_millis(200));
    let (outcome, text) = run(call(libc::SYS_getppid)?, &ASKING, |sandbox| sandbox.handlers(handlers));
    assert!(outcome.is_ok(), "{outcome:#}");
    Some(text)
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
    // SAFETY: the child runs two sandboxes and ends; this test's other threads hold no lock it needs but the allocator's, which
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
        let well = listener >= 0 && refused && by_ptrace.is_ok();
        if !well {
            eprintln!("{listener}\n{by_listener:#}\n{by_ptrace:#}");
        }
        // SAFETY: ends this process, and no destructor of it runs.
        unsafe { libc::_exit(i32::from(!well)) };
    }
    drop((first, second));
    let mut status = 0;
    // SAFETY: the child is ours, the status is a local.
    assert_eq!(unsafe { libc::waitpid(host, &raw mut status, 0) }, host);
    assert_eq!(status, 0);
}

// --- handlers ---

#[test]
fn a_handler_lets_a_call_be_made_fails_it_or_answers_it() {
    let Some(text) = answered(|call| Ok(call.proceed())) else { return };
    assert_eq!(text, "returned 1\n");
    assert_eq!(answered(|_| Ok(Answer::fail(libc::EXDEV))).as_deref(), Some("errno 18\n"));
    assert_eq!(answered(|_| Ok(Answer::value(1234))).as_deref(), Some("returned 1234\n"));
    assert_eq!(answered(|_| Ok(Answer::value(-513))).as_deref(), Some("errno 4\n"));
    assert_eq!(answered(|_| Err(std::io::Error::other("no"))).as_deref(), Some("errno 1\n"));
    let whole = |call: sandbox2::Call<'_>| call.thread() > 0 && call.int(0) == 21 && call.int(1) == 22;
    let Some(text) = answered(move |call| Ok(Answer::value(i64::from(whole(call))))) else { return };
    assert_eq!(text, "returned 1\n");
}

#[test]
fn a_handler_can_make_it_a_violation() {
    let Some(executor) = call(libc::SYS_getppid) else { return };
    let handlers = Handlers::new().on("getppid", |_| Ok(Answer::violation()));
    let (outcome, _) = run(executor, &ASKING, |sandbox| sandbox.handlers(handlers));
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("getppid"), "{outcome:#}");
}

#[test]
fn without_a_handler_it_is_a_violation() {
    let Some(executor) = call(libc::SYS_getppid) else { return };
    let (outcome, _) = run(executor, &ASKING, |sandbox| sandbox);
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("getppid"), "{outcome:#}");
}

#[test]
fn a_handler_that_panics_or_takes_too_long_denies() {
    let Some(text) = answered(|_| panic!("a handler's mistake")) else { return };
    assert_eq!(text, format!("errno {}\n", libc::EPERM));
    let (keep, kept) = channel::<()>();
    let kept = Mutex::new(kept);
    // It ends with the test.
    let text = answered(move |_| {
        let _ = kept.lock().map(|kept| kept.recv());
        Ok(Answer::value(9))
    });
    drop(keep);
    assert_eq!(text.as_deref(), Some("errno 1\n"));
}

#[test]
fn a_descriptor_cannot_be_given_and_that_is_an_error() {
    let null = || std::fs::File::open("/dev/null").expect("it is there");
    let Some(text) = answered(move |_| Ok(Answer::descriptor(null()))) else { return };
    assert_eq!(text, format!("errno {}\n", libc::ENOSYS));
    let installed = answered(move |call| match call.install(null(), None, true) {
        Ok(number) => Ok(Answer::value(i64::from(number))),
        Err(error) => Ok(Answer::from(&error)),
    });
    assert_eq!(installed, Some(text));
}

/// One that takes its time keeps nobody else waiting.
#[test]
fn others_go_on_while_a_handler_takes_its_time() {
    let Some(mut executor) = executor("traced", &["killed-asking"]) else { return };
    let mut input = executor.ipc_mut().receive_fd(0).expect("standard input is free");
    let mut out = listening(&mut executor);
    let (asked, at_it) = channel();
    let (keep, kept) = channel::<()>();
    let (asked, kept) = (Mutex::new(asked), Mutex::new(kept));
    let handlers = Handlers::new().on("getppid", move |_| {
        let _ = asked.lock().map(|asked: std::sync::MutexGuard<'_, Sender<()>>| asked.send(()));
        let _ = kept.lock().map(|kept| kept.recv());
        Ok(Answer::value(9))
    });
    let mut sandbox = traced(executor, &ASKING).handlers(handlers);
    let running = sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    at_it.recv_timeout(Duration::from_secs(60)).expect("the handler is asked");
    input.write_all(b"go\n").expect("it listens");
    let mut text = String::new();
    out.read_to_string(&mut text).expect("the output is text");
    let outcome = running.await_result();
    drop(keep);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "status 9\n");
}

#[test]
fn a_call_waits_for_its_handler_through_any_storm_of_signals() {
    let Some(executor) = executor("traced", &["again"]) else { return };
    let handlers = Handlers::new().on("getppid", |_| Ok(Answer::value(77)));
    let (outcome, text) = run(executor, &ASKING, |sandbox| sandbox.handlers(handlers));
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "done\n");
}

// --- programs that sandbox themselves ---

sandbox2::policy! {
    static NOTHING;

    ALLOW exit_group;
}

sandbox2::policy! {
    /// What ending needs, and a thread that storms.
    static ENDING;

    use exit;
    ALLOW rt_sigreturn, tgkill;
    ALLOW futex, munmap, madvise, rt_sigprocmask, sigaltstack, close;
}

sandbox2::policy! {
    /// Everything that threads need, and more; the call that they make once they are sandboxed is a violation.
    static THREADS;

    danger { default ALLOW; }
    use map_exec;
    KILL getppid;
}

sandbox2::policy! {
    static CLOSE_FAILS;

    ERRNO(EXDEV) close;
    ALLOW exit_group;
}

fn hostile(mode: &str) -> Option<Executor> {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_hostile"));
    let executor = || Executor::new(program, ["hostile", mode]).libraries(program).sandbox_before_exec(false);
    sandbox2_tests::host::can_launch().then(executor)
}

/// Why it never comes to its policy.
fn not_sandboxed(executor: Executor) -> String {
    match traced(executor.handshake_timeout(Duration::from_millis(300)), &ANYTHING).run().status {
        Status::SetupFailed(error) => error.what().unwrap_or_default().to_owned(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_program_that_sandboxes_itself_makes_no_other_call_afterwards() {
    let Some(executor) = hostile("quiet") else { return };
    let outcome = traced(executor, &NOTHING).run();
    assert!(outcome.is_ok(), "{outcome:#}");
}

#[test]
fn signals_do_not_keep_a_program_from_its_policy() {
    for _ in 0..20 {
        let Some(executor) = hostile("signals") else { return };
        let outcome = traced(executor, &ENDING).run();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

#[test]
fn no_thread_escapes_that_is_started_while_the_policy_comes_into_force() {
    for _ in 0..20 {
        let Some(mut executor) = hostile("other-threads") else { return };
        // Only so that the test ends.
        executor.limits_mut().set_wall_time(Duration::from_secs(20));
        let outcome = traced(executor, &THREADS).run();
        assert_eq!(
            outcome.violation().and_then(|violation| violation.syscall.as_deref()),
            Some("getppid"),
            "{outcome:#}"
        );
    }
}

/// Its last step passes whatever the policy says, and only once.
#[test]
fn who_makes_the_last_step_again_gets_the_policys_verdict() {
    let Some(executor) = hostile("magic") else { return };
    let outcome = traced(executor, &CLOSE_FAILS).run();
    assert_eq!(outcome.status, Status::Exited { code: libc::EXDEV }, "{outcome:#}");
}

#[test]
fn a_client_that_does_not_know_of_tracing_gets_no_policy_and_runs_under_none() {
    let Some(executor) = hostile("keep") else { return };
    assert!(not_sandboxed(executor).starts_with("the program ended before it put its policy in force"));
}

#[test]
fn a_program_that_never_asks_is_ended_in_time() {
    let Some(short) = executor("exit", &["3"]) else { return };
    let ended = not_sandboxed(short.sandbox_before_exec(false));
    assert_eq!(ended, "the program ended before it put its policy in force: exit code 3");
    let Some(long) = executor("tree", &[]) else { return };
    let ended = not_sandboxed(long.sandbox_before_exec(false));
    assert_eq!(ended, "the program did not ask for its policy within 300ms");
}

#[test]
fn the_child_of_a_fork_server_is_traced_from_the_moment_that_it_asks() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let server = Executor::new(env!("CARGO_BIN_EXE_hostile"), ["hostile", "server"]).start_fork_server();
    let server = server.unwrap_or_else(|error| panic!("{error:#}"));
    let mut executor = Executor::from_fork_server(&server).dir("/proc");
    let mut comms = executor.ipc_mut().comms().expect("it is made once");
    comms.set_timeout(Some(Duration::from_secs(60)));
    let log = Arc::new(Log::default());
    let observer = Arc::clone(&log);
    let mut sandbox = traced(executor, &NO_CHMOD).observer(observer);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(comms.receive_bool(), Ok(true));
    // To change a mode.
    comms.send_u32(1).expect("it listens");
    let outcome = sandbox.await_result();
    let call = if cfg!(target_arch = "x86_64") { "chmod" } else { "fchmodat" };
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some(call), "{outcome:#}");
    assert_eq!(log.lines(), ["started true".to_owned(), format!("violation of {call}")]);
}

sandbox2::policy! {
    static NO_CHMOD;

    danger { default ALLOW; }
    use map_exec;
    KILL chmod?, fchmod, fchmodat, fchmodat2;
}

// --- observers ---

/// Writes everything down.
#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Log {
    fn note(&self, line: String) {
        self.0.lock().expect("nobody panics with it").push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics with it").clone()
    }
}

impl Observer for Log {
    fn started(&self, pid: u32) -> Result<(), String> {
        let running = std::path::Path::new(&format!("/proc/{pid}")).exists();
        self.note(format!("started {running}"));
        Ok(())
    }

    fn violation(&self, violation: &Violation) {
        self.note(format!("violation of {}", violation.syscall.as_deref().unwrap_or("?")));
    }

    fn returned(&self, call: &Returned) {
        self.note(call.to_string());
    }

    fn signal(&self, thread: u32, signal: i32) {
        assert!(thread > 0);
        self.note(format!("signal {signal}"));
    }
}

/// What an observer hears of it.
fn observed(executor: Executor, policy: &Policy, handlers: Handlers) -> (Outcome, Vec<String>) {
    let log = Arc::new(Log::default());
    let observer = Arc::clone(&log);
    let (outcome, _) = run(executor, policy, |sandbox| sandbox.handlers(handlers).observer(observer));
    (outcome, log.lines())
}

#[test]
fn signals_are_seen_before_the_program_gets_them() {
    let Some(executor) = executor("traced", &["signals"]) else { return };
    let (outcome, lines) = observed(executor, &ANYTHING, Handlers::new());
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(lines, ["started true", "signal 10", "signal 10", "signal 10"]);
}

#[test]
fn a_fatal_signal_is_seen_and_still_fatal() {
    let Some(executor) = executor("signal", &["15"]) else { return };
    let (outcome, lines) = observed(executor, &ANYTHING, Handlers::new());
    assert_eq!(outcome.status, Status::Signaled { signal: 15, core: false }, "{outcome:#}");
    assert_eq!(lines, ["started true", "signal 15"]);
}

#[test]
fn a_violation_is_heard_of() {
    let Some(executor) = call(libc::SYS_umask) else { return };
    let (_, lines) = observed(executor, &ANYTHING_BUT, Handlers::new());
    assert_eq!(lines, ["started true", "violation of umask"]);
}

#[test]
fn what_an_inspected_call_returned_is_heard_of() {
    let Some(executor) = executor("call", &[&format!("{},1", libc::SYS_getpgid)]) else { return };
    let handlers = Handlers::new().on("getpgid", |call| Ok(call.proceed_and_inspect()));
    let (outcome, lines) = observed(executor, &ASKING, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    // Init is of the host's group, which the sandbox cannot see.
    assert_eq!(lines, ["started true", "getpgid(1) = 0"]);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn an_inspected_call_that_a_signal_interrupts_is_told_as_interrupted() {
    let Some(executor) = executor("traced", &["interrupted"]) else { return };
    let handlers = Handlers::new().on("pause", |call| Ok(call.proceed_and_inspect()));
    let (outcome, lines) = observed(executor, &ASKING, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert!(lines.iter().any(|line| line == "pause() = -1 EINTR (Interrupted system call)"), "{lines:?}");
}

#[test]
fn a_thread_that_crashes_is_told_by_its_signal() {
    let Some(executor) = executor("traced", &["crash"]) else { return };
    let (outcome, lines) = observed(executor, &ANYTHING, Handlers::new());
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGSEGV, .. }), "{outcome:#}");
    assert_eq!(lines.last().map(String::as_str), Some("signal 11"));
}

#[test]
fn an_inspected_exec_returns_in_the_new_program() {
    let Some(executor) = executor("traced", &["exec"]) else { return };
    let program = sandboxees::linked_statically("traced").expect("it was there");
    let handlers = Handlers::new().on("execve", |call| Ok(call.proceed_and_inspect()));
    let (outcome, lines) = observed(executor.file_at(program, "/exec"), &ASKING, handlers);
    assert!(outcome.is_ok(), "{outcome:#}");
    let [_, line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.starts_with("execve(0x") && line.ends_with(") = 0"), "{line}");
}

/// Ends the launch, or panics.
struct Unwilling(bool);

impl Observer for Unwilling {
    fn started(&self, _: u32) -> Result<(), String> {
        if self.0 { Ok(()) } else { Err("not today".to_owned()) }
    }

    fn signal(&self, _: u32, _: i32) {
        panic!("an observer's mistake");
    }
}

#[test]
fn an_observer_can_refuse_the_start_and_nothing_of_the_program_runs() {
    let Some(mut executor) = executor("traced", &["signals"]) else { return };
    let mut out = listening(&mut executor);
    let mut sandbox = traced(executor, &ANYTHING).observer(Arc::new(Unwilling(false)));
    assert!(sandbox.run_async().is_err());
    match sandbox.await_result().status {
        Status::SetupFailed(error) => assert_eq!(error.what(), Some("not today")),
        other => panic!("{other:?}"),
    }
    let mut text = String::new();
    out.read_to_string(&mut text).expect("nobody holds the other end any more");
    assert_eq!(text, "");
}

/// Panics before the program has begun.
struct Hasty;

impl Observer for Hasty {
    fn started(&self, _: u32) -> Result<(), String> {
        panic!("an observer's mistake");
    }
}

#[test]
fn an_observer_that_panics_at_the_start_leaves_nothing_behind() {
    let Some(mut executor) = executor("traced", &["signals"]) else { return };
    let mut out = listening(&mut executor);
    let outcome = traced(executor, &ANYTHING).observer(Arc::new(Hasty)).await_result();
    assert!(matches!(outcome.status, Status::InternalError { .. }), "{outcome:#}");
    let mut text = String::new();
    out.read_to_string(&mut text).expect("nobody holds the other end any more");
    assert_eq!(text, "");
}

/// The tracing thread's end takes all that it traced along.
#[test]
fn an_observer_that_panics_ends_the_sandbox() {
    let Some(executor) = executor("traced", &["signals"]) else { return };
    let (outcome, text) = run(executor, &ANYTHING, |sandbox| sandbox.observer(Arc::new(Unwilling(true))));
    assert!(matches!(outcome.status, Status::InternalError { .. }), "{outcome:#}");
    assert_eq!(text, "");
}
