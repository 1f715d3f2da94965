//! `stack_trace_test`: stacks of programs that are in memory alone, that come through a library, that see the kernel's file systems. The other
//! stacks have tests of their own (`stacks`).

use std::ffi::CString;
use std::fs::File;
use std::os::fd::{FromRawFd as _, OwnedFd};
use std::path::Path;

use sandbox2::{Executor, Outcome, Sandbox2, StackTraces, Stdio};

use super::MONITORS;
use crate::ANYTHING_BUT;

const PROGRAM: &str = env!("CARGO_BIN_EXE_crasher");

/// Each monitor's turn with a program that comes to its end by a violation.
fn each(executor: impl Fn() -> Executor, check: impl Fn(&Outcome)) {
    for monitor in MONITORS {
        if !sandbox2_tests::host::can_launch() {
            return;
        }
        let executor = executor().libraries(PROGRAM).stdout(Stdio::null());
        let sandbox = Sandbox2::new(executor, &ANYTHING_BUT).stack_traces(StackTraces::new().on_signal(false));
        let outcome = sandbox.monitor(monitor).run();
        assert_eq!(
            outcome.violation().and_then(|violation| violation.syscall.as_deref()),
            Some("umask"),
            "{outcome:#}"
        );
        assert_eq!((outcome.stacks.len(), &outcome.stacks[0].error), (1, &None), "{outcome:#}");
        check(&outcome);
    }
}

/// The program's own functions, the innermost first.
fn functions(outcome: &Outcome) -> Vec<&str> {
    let functions = outcome.stacks[0].frames.iter().filter_map(|frame| frame.function.as_deref());
    functions.filter_map(|function| function.strip_prefix("crasher::")).collect()
}

fn violating() -> Executor {
    Executor::new(PROGRAM, ["crasher", "violation"])
}

const CHAIN: [&str; 7] = ["violate", "even", "odd", "even", "odd", "even", "main"];

/// The program, without a file that has it.
fn in_memory() -> OwnedFd {
    let name = CString::new("crasher").expect("no zero in it");
    // SAFETY: a name that ends in a zero.
    let number = unsafe { libc::memfd_create(name.as_ptr(), 0) };
    assert!(number >= 0, "{}", std::io::Error::last_os_error());
    // SAFETY: just made, and ours.
    let memory = unsafe { OwnedFd::from_raw_fd(number) };
    let mut copy = File::from(memory);
    std::io::copy(&mut File::open(PROGRAM).expect("it is there"), &mut copy).expect("it fits");
    copy.into()
}

#[test]
fn a_program_that_is_in_memory_alone_has_its_functions_told() {
    each(
        || Executor::from_fd(in_memory(), ["crasher", "violation"]),
        |outcome| assert_eq!(functions(outcome)[..7], CHAIN, "{outcome:#}"),
    );
}

/// The C library's `bsearch`, which calls the program back.
#[test]
fn a_stack_goes_through_a_shared_library_and_back() {
    each(
        || Executor::new(PROGRAM, ["crasher", "callback"]),
        |outcome| {
            let functions = functions(outcome);
            assert_eq!(functions[..3], ["violate", "compare", "search"], "{outcome:#}");
            let frames = &outcome.stacks[0].frames;
            let own = |name: &str| frames.iter().position(|frame| frame.function.as_deref() == Some(name));
            let (compare, search) = (own("crasher::compare"), own("crasher::search"));
            let between = &frames[compare.expect("it is there") + 1..search.expect("it is there")];
            assert!(!between.is_empty(), "{outcome:#}");
        },
    );
}

#[test]
fn what_the_sandboxee_sees_of_proc_and_sys_changes_no_stack() {
    let places: [fn(Executor) -> Executor; 4] = [
        |executor| executor.dir("/proc"),
        |executor| executor.dir("/proc").file("/proc/cpuinfo"),
        |executor| executor.dir("/sys"),
        |executor| executor.file("/sys/kernel/mm/transparent_hugepage/enabled"),
    ];
    for place in places {
        each(|| place(violating()), |outcome| assert_eq!(functions(outcome)[..7], CHAIN, "{outcome:#}"));
    }
}

/// As many calls of each as there are.
#[test]
fn every_level_of_a_recursion_is_told() {
    each(violating, |outcome| {
        let functions = functions(outcome);
        let count = |name: &str| functions.iter().filter(|function| **function == name).count();
        assert_eq!((count("even"), count("odd"), count("violate")), (3, 2, 1), "{outcome:#}");
    });
}

#[test]
fn threads_are_told_from_where_the_library_starts_them() {
    for monitor in MONITORS {
        if !sandbox2_tests::host::can_launch() {
            return;
        }
        let executor =
            Executor::new(Path::new(PROGRAM), ["crasher", "threads"]).libraries(PROGRAM).stdout(Stdio::null());
        let traces = StackTraces::new().on_signal(false).all_threads(true);
        let outcome = Sandbox2::new(executor, &ANYTHING_BUT).stack_traces(traces).monitor(monitor).run();
        let violator = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}")).pid;
        assert!(outcome.stacks.len() > 1 && outcome.stacks.iter().any(|stack| stack.tid == violator), "{outcome:#}");
        let begins = |stack: &sandbox2::Stack| {
            let functions = stack.frames.iter().filter_map(|frame| frame.function.as_deref());
            functions.rev().any(|function| function.contains("thread_start") || function.contains("start_thread"))
        };
        assert!(outcome.stacks.iter().any(begins), "{outcome:#}");
    }
}
