//! Stacks in outcomes.

use std::path::Path;
use std::time::Duration;

use sandbox2::{Executor, Outcome, Sandbox2, Stack, StackTraces, Status};

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
    let Some(sandbox) = crasher("violation") else { return };
    let outcome = sandbox.stack_traces(StackTraces::new()).run();
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(outcome.stacks[0].tid, violation.pid);
    assert_chain(&outcome, "violate", "libc::umask");
    let maps = outcome.maps.as_ref().expect("they were read");
    assert!(maps.at(violation.instruction_pointer).is_some_and(|mapping| mapping.permissions.execute), "{outcome:#}");
    let shown = outcome.to_string();
    assert!(shown.contains(" Stack: ") && shown.contains("crasher::violate+0x"), "{shown}");
    let long = format!("{outcome:#}");
    assert!(long.contains(&format!("crasher.rs:{}", line("libc::umask"))), "{long}");
    let json = serde_json::to_string(&outcome).expect("it is serializable");
    assert_eq!(serde_json::from_str::<Outcome>(&json).expect("and back"), outcome);
}

#[test]
fn in_the_background_it_is_the_same() {
    let Some(sandbox) = crasher("violation") else { return };
    let running = sandbox.stack_traces(StackTraces::new()).run_async().expect("it starts");
    assert_chain(&running.await_result(), "violate", "libc::umask");
}

#[test]
fn too_long_a_run_has_the_stack_of_its_main_thread() {
    let Some(sandbox) = crasher("wait") else { return };
    let mut sandbox = sandbox.stack_traces(StackTraces::new());
    let running = sandbox.run_async().expect("it starts");
    // Until it waits for a signal: it reads nothing else, and sleeps in nothing else.
    let pid = running.pid().expect("it runs");
    while !std::fs::read_to_string(format!("/proc/{pid}/syscall"))
        .is_ok_and(|call| call.starts_with(&format!("{} ", PAUSE)))
    {
        std::thread::yield_now();
    }
    running.set_walltime_limit(Duration::from_millis(1));
    let outcome = running.await_result();
    assert!(matches!(outcome.status, Status::TimedOut { .. }), "{outcome:#}");
    assert_chain(&outcome, "wait", "libc::pause");
}

#[test]
fn a_kill_has_a_stack_where_that_is_asked_for() {
    for on in [false, true] {
        let Some(mut sandbox) = crasher("wait").map(|sandbox| sandbox.stack_traces(StackTraces::new().on_kill(on)))
        else {
            return;
        };
        let running = sandbox.run_async().expect("it starts");
        running.kill();
        let outcome = running.await_result();
        assert!(matches!(outcome.status, Status::Killed), "{outcome:#}");
        assert_eq!(outcome.stacks.len(), usize::from(on), "{outcome:#}");
    }
}

#[test]
fn all_threads_have_theirs_where_that_is_asked_for() {
    let Some(sandbox) = crasher("threads") else { return };
    let outcome = sandbox.stack_traces(StackTraces::new().all_threads(true)).run();
    let ends: Vec<_> = outcome.stacks.iter().map(|stack| own(stack).first().cloned()).collect();
    let violators = ends.iter().flatten().filter(|(function, _)| function == "violate").count();
    let waiting = ends.iter().flatten().filter(|(function, _)| function == "wait").count();
    assert_eq!((violators, waiting, ends.len()), (1, 3, 5), "{outcome:#}");
    assert!(outcome.to_string().contains("Task ID ["), "{outcome}");
}

#[test]
fn a_descendant_s_violation_has_its_own_stack() {
    let Some(sandbox) = crasher("forked") else { return };
    let outcome = sandbox.stack_traces(StackTraces::new()).run();
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(outcome.stacks[0].tid, violation.pid, "{outcome:#}");
    assert_eq!(own(&outcome.stacks[0])[0].0, "violate", "{outcome:#}");
}

#[test]
fn a_program_that_is_no_worker_is_told_and_the_addresses_stay() {
    let Some(sandbox) = crasher("violation") else { return };
    let outcome = sandbox.stack_traces(StackTraces::new().worker("/bin/true")).run();
    let stack = &outcome.stacks[0];
    assert!(stack.error.is_some() && !stack.frames.is_empty(), "{outcome:#}");
}
