//! `sandbox2_test`: starting, ending, and being ended.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox2::{DecidedBy, Executor, Handlers, Monitor, Sandbox2, Status};
use sandbox2_tests::{host, sandboxees};

use super::{MONITORS, each, each_as, each_waiting, guest, listening};
use crate::{ANYTHING, executor};

sandbox2::policy! {
    static NOTHING;
}

sandbox2::policy! {
    /// Anything but what a thread of the guest calls.
    static NO_GETPPID;

    danger { default ALLOW; }
    use map_exec;
    KILL getppid;
}

sandbox2::policy! {
    /// Nothing is decided here.
    static ASKED;

    default NOTIFY;
}

#[test]
fn an_abort_is_told_by_its_signal_though_there_may_be_no_core() {
    each(
        || executor("exit", &[]),
        &ANYTHING,
        |ran| {
            let signaled = matches!(ran.outcome.status, Status::Signaled { signal: libc::SIGABRT, .. });
            assert!(signaled, "{:#}", ran.outcome);
        },
    );
}

#[test]
fn a_program_with_a_second_thread_sandboxes_itself_and_that_thread() {
    each(|| guest("threads"), &ANYTHING, |ran| assert!(ran.outcome.is_ok(), "{:#}", ran.outcome));
    each(|| guest("threads"), &NO_GETPPID, |ran| assert_eq!(ran.violated(), "getppid"));
}

#[test]
fn a_program_is_run_by_its_descriptor_and_its_end_is_known() {
    let Some(program) = sandboxees::linked_statically("exit") else { return };
    for monitor in MONITORS {
        if !host::can_launch() {
            return;
        }
        let file = std::fs::File::open(&program).expect("the program is there");
        let mut sandbox = Sandbox2::new(Executor::from_fd(file, ["exit", "0"]), &ANYTHING).monitor(monitor);
        assert!(!sandbox.is_terminated());
        let outcome = sandbox.await_result();
        assert!(outcome.is_ok() && sandbox.is_terminated(), "{outcome:#}");
    }
}

#[test]
fn what_it_used_is_told() {
    each(
        || executor("exit", &["0"]),
        &ANYTHING,
        |ran| assert!(ran.outcome.is_ok() && ran.outcome.usage.max_rss > 0, "{:#}", ran.outcome),
    );
}

#[test]
fn a_kill_from_outside_ends_it_and_tells_no_stack() {
    each_waiting(|mut sandbox, mut output| {
        assert!(!sandbox.is_terminated());
        sandbox.kill();
        let outcome = sandbox.await_result();
        assert_eq!(outcome.status, Status::Killed, "{outcome:#}");
        assert!(outcome.stacks.is_empty() && sandbox.is_terminated(), "{outcome:#}");
        output.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
    });
}

#[test]
fn a_kill_need_not_be_awaited() {
    each_waiting(|sandbox, mut output| {
        sandbox.kill();
        drop(sandbox);
        output.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
    });
}

#[test]
fn a_limit_that_is_set_while_it_runs_ends_it_and_tells_no_stack() {
    let limit = Duration::from_millis(50);
    each_waiting(|mut sandbox, _output| {
        sandbox.set_walltime_limit(limit);
        let outcome = sandbox.await_result();
        assert_eq!(outcome.status, Status::TimedOut { limit }, "{outcome:#}");
        assert!(outcome.stacks.is_empty());
    });
}

#[test]
fn an_empty_policy_denies_the_first_call_and_tells_no_stack() {
    each(
        || executor("exit", &["0"]),
        &NOTHING,
        |ran| {
            assert_eq!(ran.violation().decided_by, DecidedBy::Default { place: None });
            assert!(ran.outcome.stacks.is_empty(), "{:#}", ran.outcome);
        },
    );
}

/// A tracer is a thread, and so is whose end kills children.
#[test]
fn the_thread_that_started_it_may_end_before_it() {
    for monitor in MONITORS {
        let Some(mut executor) = executor("echo", &[]) else { return };
        let input = executor.ipc_mut().receive_fd(0).expect("standard input is free");
        let mut output = listening(&mut executor);
        let start = move || Sandbox2::new(executor, &ANYTHING).monitor(monitor).run_async().expect("it starts");
        let running = std::thread::spawn(start).join().expect("the thread ends well");
        std::io::Write::write_all(&mut &input, b"still there\n").expect("it listens");
        output.read_exact(&mut [0; 12]).expect("it answers");
        drop(input);
        let outcome = running.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

#[test]
fn a_program_that_is_its_own_fork_server_has_sandboxed_children_that_know_their_thread() {
    if !host::can_launch() {
        return;
    }
    let server = Executor::fork_server(env!("CARGO_BIN_EXE_forker")).unwrap_or_else(|error| panic!("{error:#}"));
    for monitor in MONITORS {
        let mut executor = Executor::from_fork_server(&server).dir("/proc");
        let mut comms = executor.ipc_mut().comms().expect("it is made once");
        comms.set_timeout(Some(Duration::from_secs(60)));
        let mut sandbox = Sandbox2::new(executor, &NO_GETPPID).monitor(monitor);
        sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
        // Not sandboxed before, but afterwards.
        assert_eq!((comms.receive_bool(), comms.receive_bool()), (Ok(false), Ok(true)));
        assert_eq!(comms.receive_u32(), Ok(server.pid()));
        // Its scheduling, as the C library and as the kernel have it.
        comms.send_u32(6).expect("it listens");
        assert_eq!(comms.receive_bool(), Ok(true));
        comms.send_u32(0).expect("it listens");
        let outcome = sandbox.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

/// The ptrace monitor, which hears of every one of these signals, has a test like this one of its own.
#[test]
fn a_flood_of_signals_among_512_processes_delays_no_limit_of_a_listener() {
    let Some(mut executor) = executor("traced", &["flood"]) else { return };
    let mut output = listening(&mut executor);
    let mut sandbox = Sandbox2::new(executor, &ANYTHING).monitor(Monitor::Listener);
    sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    output.read_exact(&mut [0; 6]).expect("it gets ready");
    let limit = Duration::from_millis(500);
    sandbox.set_walltime_limit(limit);
    let outcome = sandbox.await_result();
    assert_eq!(outcome.status, Status::TimedOut { limit }, "{outcome:#}");
    output.read_to_end(&mut Vec::new()).expect("nobody holds the other end any more");
}

#[test]
fn what_ends_the_group_that_a_host_has_left_ends_neither_sandboxee_nor_server() {
    if !host::can_launch() {
        return;
    }
    let Some(program) = sandboxees::linked_statically("echo") else { return };
    for monitor in ["listener", "ptrace"] {
        let mut host = Command::new(env!("CARGO_BIN_EXE_regrouped"));
        let said = host.arg(monitor).arg(&program).arg(env!("CARGO_BIN_EXE_forker")).output().expect("it is there");
        assert!(said.status.success(), "{monitor}: {}", String::from_utf8_lossy(&said.stderr));
    }
}

#[test]
fn a_policy_that_leaves_all_to_a_host_that_lets_all_proceed_permits_all() {
    let all = |sandbox: Sandbox2| sandbox.handlers(Handlers::new().otherwise(|call| Ok(call.proceed())));
    each_as(
        || executor("call", &["39", "110"]),
        &ASKED,
        all,
        |ran| assert_eq!(ran.written(), "returned 2\nreturned 1\n"),
    );
    // Without the host it is as good as none.
    each(|| executor("exit", &["0"]), &ASKED, |ran| drop(ran.violated().to_owned()));
}

#[test]
fn such_a_host_can_log_each_call() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let all = |sandbox: Sandbox2| {
        let log = Arc::clone(&log);
        sandbox.handlers(Handlers::new().otherwise(move |call| {
            log.lock().expect("no panic").push(call.to_string());
            Ok(call.proceed())
        }))
    };
    each_as(
        || executor("exit", &["0"]),
        &ASKED,
        all,
        |ran| {
            assert_eq!(ran.written(), "");
            let log = std::mem::take(&mut *log.lock().expect("no panic"));
            assert_eq!(log.last().map(String::as_str), Some("exit_group(0)"), "{log:?}");
            assert!(log.len() > 3, "{log:?}");
        },
    );
}

/// What it sees of the host's files is in what describes it, for whoever logs that.
#[test]
fn what_is_mounted_where_can_be_logged() {
    let executor =
        Executor::new("/bin/tool", ["tool"]).file_at(Path::new("/etc/hosts"), "/inside").tmpfs("/tmp", 1 << 20);
    let text = format!("{executor:?}");
    for part in ["/etc/hosts", "/inside", "/tmp"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}
