//! Stacks in outcomes.

use std::path::Path;
use std::time::Duration;

use sandbox2::{Executor, Monitor, Outcome, Sandbox2, Stack, StackTraces, Status};

use crate::ANYTHING_BUT;

/// What the C library's `pause` is.
#[cfg(target_arch = "x86_64")]
const PAUSE: libc::c_long = libc::SYS_pause;
#[cfg(not(target_arch = "x86_64"))]
const PAUSE: libc::c_long = libc::SYS_ppoll;

/// The sandboxee that ends deep in its own functions.
fn crasher(end: &str) -> Option<Sandbox2> {
    if !sandbox2_tests::host::can_launch() {
        return None;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_crasher"));
    let mut executor = Executor::new(program, ["crasher", end]).libraries(program).stdout(sandbox2::Stdio::null());
    executor.limits_mut().set_wall_time(Duration::from_secs(30));
    Some(Sandbox2::new(executor, &ANYTHING_BUT))
}

/// What both monitors can tell.
fn traces() -> StackTraces {
    StackTraces::new().on_signal(false)
}

/// Each monitor's turn.
fn with_both(end: &str, traces: &StackTraces, check: impl Fn(Sandbox2)) {
    for monitor in [Monitor::Listener, Monitor::Ptrace] {
        let Some(sandbox) = crasher(end) else { return };
        check(sandbox.stack_traces(traces.clone()).monitor(monitor));
    }
}

/// The functions of a stack that are the program's own, with the lines of its source.
fn own(stack: &Stack) -> Vec<(String, u32)> {
    let own =
        stack.frames.iter().filter(|frame| frame.file.as_deref().is_some_and(|file| file.ends_with("crasher.rs")));
    own.filter_map(|frame| Some((frame.function.clone()?.rsplit("::").next()?.to_owned(), frame.line?))).collect()
}

/// The line of the source that has that text.
fn line(text: &str) -> u32 {
    let source = include_str!("../../src/bin/crasher.rs");
    let line = source.lines().position(|line| line.contains(text)).expect("it is there");
    u32::try_from(line + 1).expect("a small number")
}

fn expected(end: &str, call: &str) -> Vec<(String, u32)> {
    let (even, odd) = (line("if depth == 0 { end() }"), line("black_box(even(depth - 1, end))"));
    let chain = [(end, line(call)), ("even", even), ("odd", odd), ("even", even), ("odd", odd), ("even", even)];
    chain.map(|(function, line)| (function.to_owned(), line)).to_vec()
}

fn assert_chain(outcome: &Outcome, end: &str, call: &str) {
    let [stack] = &outcome.stacks[..] else { panic!("{} stacks: {outcome:#}", outcome.stacks.len()) };
    let own = own(stack);
    assert!(own.len() >= 6, "{outcome:#}");
    assert_eq!(own[..6], expected(end, call), "{outcome:#}");
    assert_eq!(own[6].0, "main", "{outcome:#}");
}

#[test]
fn without_being_asked_for_there_is_none() {
    let Some(sandbox) = crasher("violation") else { return };
    let outcome = sandbox.run();
    assert!(outcome.violation().is_some() && outcome.stacks.is_empty() && outcome.maps.is_none(), "{outcome:#}");
}

#[test]
fn a_violation_has_the_stack_of_who_made_the_call() {
    with_both("violation", &traces(), |sandbox| {
        let outcome = sandbox.run();
        let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
        assert_eq!(outcome.stacks[0].tid, violation.pid);
        assert_chain(&outcome, "violate", "libc::umask");
        let maps = outcome.maps.as_ref().expect("they were read");
        let made_in = maps.at(violation.instruction_pointer);
        assert!(made_in.is_some_and(|mapping| mapping.permissions.execute), "{outcome:#}");
        let shown = outcome.to_string();
        assert!(shown.contains(" Stack: ") && shown.contains("crasher::violate+0x"), "{shown}");
        let long = format!("{outcome:#}");
        assert!(long.contains(&format!("crasher.rs:{}", line("libc::umask"))), "{long}");
        let json = serde_json::to_string(&outcome).expect("it is serializable");
        assert_eq!(serde_json::from_str::<Outcome>(&json).expect("and back"), outcome);
    });
}

#[test]
fn in_the_background_it_is_the_same() {
    with_both("violation", &traces(), |mut sandbox| {
        let running = sandbox.run_async().expect("it starts");
        assert_chain(&running.await_result(), "violate", "libc::umask");
    });
}

#[test]
fn too_long_a_run_has_the_stack_of_its_main_thread() {
    with_both("wait", &traces(), |mut sandbox| {
        let running = sandbox.run_async().expect("it starts");
        // Until it waits for a signal: it sleeps in nothing else.
        let pid = running.pid().expect("it runs");
        let waits = || {
            std::fs::read_to_string(format!("/proc/{pid}/syscall"))
                .is_ok_and(|call| call.starts_with(&format!("{PAUSE} ")))
        };
        while !waits() {
            std::thread::yield_now();
        }
        running.set_walltime_limit(Duration::from_millis(1));
        let outcome = running.await_result();
        assert!(matches!(outcome.status, Status::TimedOut { .. }), "{outcome:#}");
        assert_chain(&outcome, "wait", "libc::pause");
    });
}

#[test]
fn a_kill_has_a_stack_where_that_is_asked_for() {
    for on in [false, true] {
        with_both("wait", &traces().on_kill(on), |mut sandbox| {
            let running = sandbox.run_async().expect("it starts");
            running.kill();
            let outcome = running.await_result();
            assert!(matches!(outcome.status, Status::Killed), "{outcome:#}");
            assert_eq!(outcome.stacks.len(), usize::from(on), "{outcome:#}");
        });
    }
}

#[test]
fn a_signal_has_the_stack_of_who_got_it() {
    let Some(sandbox) = crasher("crash") else { return };
    let outcome = sandbox.stack_traces(StackTraces::new()).run();
    assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGSEGV, .. }), "{outcome:#}");
    assert_eq!(outcome.supervised.monitor, Monitor::Ptrace);
    let own = own(&outcome.stacks[0]);
    assert!(own.iter().any(|(function, _)| function == "crash") && own.len() > 6, "{outcome:#}");
    assert!(outcome.registers.is_some_and(|registers| registers.thread == outcome.stacks[0].tid));
    assert!(outcome.stacks[0].frames.iter().any(|frame| frame.line == Some(line("read_volatile()"))));
}

#[test]
fn an_exit_has_a_stack_where_that_is_asked_for() {
    let Some(sandbox) = crasher("exit") else { return };
    let outcome = sandbox.stack_traces(StackTraces::off().on_exit(true)).run();
    assert_eq!(outcome.exit_code(), Some(3), "{outcome:#}");
    assert_chain(&outcome, "exit", "libc::_exit");
}

#[test]
fn stacks_that_a_listener_cannot_have_are_a_mistake_under_one() {
    let Some(sandbox) = crasher("exit") else { return };
    let outcome = sandbox.stack_traces(StackTraces::new()).monitor(Monitor::Listener).run();
    let Status::SetupFailed(error) = &outcome.status else { panic!("{outcome:#}") };
    assert!(error.hint().is_some_and(|hint| hint.contains("on_signal(false)")), "{error:#}");
}

#[test]
fn all_threads_have_theirs_where_that_is_asked_for() {
    with_both("threads", &traces().all_threads(true), |sandbox| {
        let outcome = sandbox.run();
        let ends: Vec<_> = outcome.stacks.iter().map(|stack| own(stack).first().cloned()).collect();
        let violators = ends.iter().flatten().filter(|(function, _)| function == "violate").count();
        let waiting = ends.iter().flatten().filter(|(function, _)| function == "wait").count();
        assert_eq!((violators, waiting, ends.len()), (1, 3, 5), "{outcome:#}");
        assert!(outcome.to_string().contains("Task ID ["), "{outcome}");
    });
}

#[test]
fn a_descendant_s_violation_has_its_own_stack() {
    with_both("forked", &traces(), |sandbox| {
        let outcome = sandbox.run();
        let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
        assert_eq!(outcome.stacks[0].tid, violation.pid, "{outcome:#}");
        assert_eq!(own(&outcome.stacks[0])[0].0, "violate", "{outcome:#}");
    });
}

#[test]
fn a_program_that_is_no_worker_is_told_and_the_addresses_stay() {
    with_both("violation", &traces().worker("/bin/true"), |sandbox| {
        let outcome = sandbox.run();
        let stack = &outcome.stacks[0];
        assert!(stack.error.is_some() && !stack.frames.is_empty(), "{outcome:#}");
    });
}

#[test]
fn a_program_that_runs_can_be_asked_where_it_is_and_goes_on() {
    for monitor in [Monitor::Listener, Monitor::Ptrace] {
        let Some(mut sandbox) = crasher("wait") else { return };
        sandbox = sandbox.stack_traces(traces()).monitor(monitor);
        let running = sandbox.run_async().expect("it starts");
        let pid = running.pid().expect("it runs");
        let waits = || {
            std::fs::read_to_string(format!("/proc/{pid}/syscall"))
                .is_ok_and(|call| call.starts_with(&format!("{PAUSE} ")))
        };
        for _ in 0..3 {
            while !waits() {
                std::thread::yield_now();
            }
            let stacks = running.dump_stack_trace();
            let own: Vec<_> = stacks.iter().flat_map(own).map(|(function, _)| function).collect();
            assert_eq!(own[..2], ["wait", "even"], "{monitor:?} {stacks:?}");
        }
        assert!(!running.is_terminated());
        running.kill();
        assert!(matches!(running.await_result().status, Status::Killed));
        let after = running.dump_stack_trace();
        assert!(after.iter().all(|stack| stack.frames.is_empty() && stack.error.is_some()), "{after:?}");
    }
}

#[test]
fn who_has_not_asked_for_stacks_is_told_so() {
    let Some(mut sandbox) = crasher("wait") else { return };
    let running = sandbox.run_async().expect("it starts");
    let stacks = running.dump_stack_trace();
    assert!(stacks[0].error.as_deref().is_some_and(|error| error.contains("Sandbox2::stack_traces")), "{stacks:?}");
}
