//! The groups as tested facts: for each a program that needs it, which does its work under a policy with all the groups and
//! fails under one that leaves that group out. In Rust and in C, linked statically and dynamically.
//!
//! A group that is left out shows as a violation by a call that it would have allowed; only without `stat` it may be an error,
//! since `static_startup` has a fallback that answers `newfstatat` with ENOSYS. `dynamic_startup` contains all of `read` and
//! `stat`, since a loader reads libraries.

use std::io::Read;
use std::path::Path;

use sandbox2::{Executor, Outcome, Policy, Sandbox2};
use sandbox2_tests::sandboxees::Linkage;
use sandbox2_tests::{host, sandboxees};

/// Policies of some groups each, and what the program for `signals` needs to send itself one.
macro_rules! policies {
    ($($name:ident: $($group:ident)+;)+) => {
        $(sandbox2::policy! {
            static $name;

            use $($group),+;
            ALLOW getpid, kill;
        })+
    };
}

policies! {
    FIXED: static_startup system_malloc exit time read write stat signals;
    FIXED_AND_MAP_EXEC: static_startup system_malloc exit time read write stat signals map_exec;
    FIXED_STARTUP: system_malloc exit time read write stat signals;
    FIXED_MALLOC: static_startup exit time read write stat signals;
    FIXED_EXIT: static_startup system_malloc time read write stat signals;
    FIXED_TIME: static_startup system_malloc exit read write stat signals;
    FIXED_READ: static_startup system_malloc exit time write stat signals;
    FIXED_WRITE: static_startup system_malloc exit time read stat signals;
    FIXED_STAT: static_startup system_malloc exit time read write signals;
    FIXED_SIGNALS: static_startup system_malloc exit time read write stat;

    LOADED: dynamic_startup system_malloc exit time read write stat signals;
    LOADED_STARTUP: system_malloc exit time read write stat signals;
    LOADED_MALLOC: dynamic_startup exit time read write stat signals;
    LOADED_EXIT: dynamic_startup system_malloc time read write stat signals;
    LOADED_TIME: dynamic_startup system_malloc exit read write stat signals;
    LOADED_READ: dynamic_startup system_malloc exit time write stat signals;
    LOADED_WRITE: dynamic_startup system_malloc exit time read stat signals;
    LOADED_STAT: dynamic_startup system_malloc exit time read write signals;
    LOADED_SIGNALS: dynamic_startup system_malloc exit time read write stat;
}

/// What came of a run that was to do something.
struct Attempt {
    done: bool,
    outcome: Outcome,
    report: String,
}

/// Runs `program` so that it does `what`.
fn attempt(program: &Path, linkage: Linkage, what: &str, policy: &'static Policy) -> Attempt {
    let mut executor = Executor::new(program, ["need", what]).stderr(sandbox2::Stdio::null());
    if linkage == Linkage::Dynamic {
        executor = executor.libraries(program);
    }
    let mut output = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    let running = match Sandbox2::new(executor, policy).run_async() {
        Ok(running) => running,
        Err(error) => panic!("{error:#}"),
    };
    let mut text = String::new();
    output.read_to_string(&mut text).expect("the output is text");
    let outcome = running.await_result();
    let name = policy.name().unwrap_or_default();
    let report = format!("{} {what} under {name}: {outcome:#}\n{text}", program.display());
    Attempt { done: outcome.is_ok() && text == "done\n", outcome, report }
}

/// Each of the four programs that this host can run, with how it is linked.
fn each(mut check: impl FnMut(&Path, Linkage)) {
    if !host::can_launch() {
        return;
    }
    if let Some(program) = sandboxees::linked_statically("need") {
        check(&program, Linkage::Static);
    }
    check(&sandboxees::dynamic("need"), Linkage::Dynamic);
    for linkage in [Linkage::Static, Linkage::Dynamic] {
        if let Some(folder) = sandboxees::in_c("need", linkage) {
            check(&folder.0.join("need"), linkage);
        }
    }
}

/// With all the groups `what` can be done. With one left out it cannot, and if that is a violation then of one of `calls`.
fn needed(what: &str, calls: &[&str], fixed_without: &'static Policy, loaded_without: Option<&'static Policy>) {
    each(|program, linkage| {
        let (all, without) = match linkage {
            Linkage::Static => (&FIXED, Some(fixed_without)),
            Linkage::Dynamic => (&LOADED, loaded_without),
        };
        let Attempt { done, report, .. } = attempt(program, linkage, what, all);
        assert!(done, "{report}");
        let Some(without) = without else { return };
        let Attempt { done, outcome, report } = attempt(program, linkage, what, without);
        assert!(!done, "the group is not needed: {report}");
        match outcome.violation().and_then(|violation| violation.syscall.as_deref()) {
            Some(call) => assert!(calls.contains(&call), "{report}"),
            None => assert_eq!(what, "stat", "{report}"),
        }
    });
}

#[test]
fn starting_needs_static_startup_or_dynamic_startup() {
    needed(
        "nothing",
        &["arch_prctl", "set_tid_address", "access", "faccessat", "openat"],
        &FIXED_STARTUP,
        Some(&LOADED_STARTUP),
    );
}

/// A loader needs more than a program that brings everything along.
#[test]
fn static_startup_is_not_enough_for_a_loader() {
    if !host::can_launch() {
        return;
    }
    let Attempt { done, report, .. } = attempt(&sandboxees::dynamic("need"), Linkage::Dynamic, "nothing", &FIXED);
    assert!(!done, "{report}");
}

#[test]
fn growing_memory_needs_system_malloc() {
    needed("malloc", &["mremap"], &FIXED_MALLOC, Some(&LOADED_MALLOC));
}

#[test]
fn ending_needs_exit() {
    needed("nothing", &["exit_group"], &FIXED_EXIT, Some(&LOADED_EXIT));
}

#[test]
fn the_processors_time_needs_time() {
    needed("time", &["clock_gettime"], &FIXED_TIME, Some(&LOADED_TIME));
}

#[test]
fn reading_needs_read() {
    needed("read", &["read"], &FIXED_READ, None);
}

#[test]
fn printing_needs_write() {
    needed("nothing", &["write", "writev"], &FIXED_WRITE, Some(&LOADED_WRITE));
}

#[test]
fn asking_about_a_file_needs_stat() {
    needed("stat", &["stat", "statx"], &FIXED_STAT, None);
}

#[test]
fn handling_a_signal_needs_signals() {
    needed("signals", &["rt_sigaction"], &FIXED_SIGNALS, Some(&LOADED_SIGNALS));
}

#[test]
fn dynamic_startup_reads_and_asks_about_files_by_itself() {
    each(|program, linkage| {
        if linkage == Linkage::Dynamic {
            for (what, without) in [("read", &LOADED_READ), ("stat", &LOADED_STAT)] {
                let Attempt { done, report, .. } = attempt(program, linkage, what, without);
                assert!(done, "{report}");
            }
        }
    });
}

/// Anonymous memory that can be executed: for whoever compiles while it runs.
#[test]
fn memory_for_code_needs_map_exec() {
    if !host::can_launch() {
        return;
    }
    let Some(program) = sandboxees::linked_statically("call") else { return };
    let (prot, flags) = (libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    let mmap = format!("{},0,4096,{prot},{flags},-1,0", libc::SYS_mmap);
    let run = |policy: &'static Policy| {
        let executor = Executor::new(&program, ["call", &mmap]).stdout(sandbox2::Stdio::null());
        Sandbox2::new(executor, policy).run()
    };
    let outcome = run(&FIXED_AND_MAP_EXEC);
    assert!(outcome.is_ok(), "{outcome:#}");
    let outcome = run(&FIXED);
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(violation.syscall.as_deref(), Some("mmap"));
}
