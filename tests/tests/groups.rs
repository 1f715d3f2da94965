//! The groups as tested facts: for each a program that needs it, which does its work under a policy with all the groups and
//! fails under one that leaves that group out. In Rust and in C, linked statically and dynamically.
//!
//! Two groups have fallbacks that decide where nothing else names the call, so that leaving a group out shows as an error and
//! not as a violation: `static_startup` answers `newfstatat` with ENOSYS. And `dynamic_startup` contains all of `read` and `stat`,
//! since a loader reads libraries.

use std::io::Read;
use std::path::Path;

use sandbox2::{Executor, Policy, Sandbox2};
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

/// Runs `program` so that it does `what`; whether it could, with a report.
fn can(program: &Path, linkage: Linkage, what: &str, policy: &'static Policy) -> (bool, String) {
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
    (outcome.is_ok() && text == "done\n", format!("{} {what} under {name}: {outcome:#}\n{text}", program.display()))
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
            check(&folder.path.join("need"), linkage);
        }
    }
}

/// What needs a group that is left out cannot be done; with all the groups it can.
fn needed(what: &str, fixed_without: &'static Policy, loaded_without: Option<&'static Policy>) {
    each(|program, linkage| {
        let (all, without) = match linkage {
            Linkage::Static => (&FIXED, Some(fixed_without)),
            Linkage::Dynamic => (&LOADED, loaded_without),
        };
        let (done, report) = can(program, linkage, what, all);
        assert!(done, "{report}");
        if let Some(without) = without {
            let (done, report) = can(program, linkage, what, without);
            assert!(!done, "the group is not needed: {report}");
        }
    });
}

#[test]
fn starting_needs_static_startup_or_dynamic_startup() {
    needed("nothing", &FIXED_STARTUP, Some(&LOADED_STARTUP));
}

/// A loader needs more than a program that brings everything along.
#[test]
fn static_startup_is_not_enough_for_a_loader() {
    if !host::can_launch() {
        return;
    }
    let (done, report) = can(&sandboxees::dynamic("need"), Linkage::Dynamic, "nothing", &FIXED);
    assert!(!done, "{report}");
}

#[test]
fn growing_memory_needs_system_malloc() {
    needed("malloc", &FIXED_MALLOC, Some(&LOADED_MALLOC));
}

#[test]
fn ending_needs_exit() {
    needed("nothing", &FIXED_EXIT, Some(&LOADED_EXIT));
}

#[test]
fn the_processors_time_needs_time() {
    needed("time", &FIXED_TIME, Some(&LOADED_TIME));
}

#[test]
fn reading_needs_read() {
    needed("read", &FIXED_READ, None);
}

#[test]
fn printing_needs_write() {
    needed("nothing", &FIXED_WRITE, Some(&LOADED_WRITE));
}

#[test]
fn asking_about_a_file_needs_stat() {
    needed("stat", &FIXED_STAT, None);
}

#[test]
fn handling_a_signal_needs_signals() {
    needed("signals", &FIXED_SIGNALS, Some(&LOADED_SIGNALS));
}

#[test]
fn dynamic_startup_reads_and_asks_about_files_by_itself() {
    each(|program, linkage| {
        if linkage == Linkage::Dynamic {
            for (what, without) in [("read", &LOADED_READ), ("stat", &LOADED_STAT)] {
                let (done, report) = can(program, linkage, what, without);
                assert!(done, "{report}");
            }
        }
    });
}
