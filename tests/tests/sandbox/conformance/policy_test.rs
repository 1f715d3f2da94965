//! `policy_test`: what a policy lets through, and what no policy does.

use std::fs::File;
use std::os::fd::{AsFd as _, FromRawFd as _, OwnedFd};
use std::path::Path;
use std::time::Duration;

use sandbox2::client::Buffer;
use sandbox2::{DecidedBy, Executor, Monitor, Sandbox2};
use sandbox2_tests::{host, sandboxees};

use super::{MONITORS, Ran, call, calls, each, guest};
use crate::{ANYTHING, executor};

/// The policies, one for each behaviour.
mod policies {
    sandbox2::policy! {
        pub(super) static BPF_AND_PTRACE_FAIL;

        danger { default ALLOW; }
        use map_exec;
        ERRNO(EPERM) ptrace, bpf;
    }

    sandbox2::policy! {
        pub(super) static SAFE_BPF;

        use static_startup, system_malloc, exit, safe_bpf;
        ALLOW write if fd == 1;
    }

    sandbox2::policy! {
        pub(super) static SAFE_BPF_OR_ERROR;

        use safe_bpf;
        ERRNO(EXDEV) bpf if cmd == 0;
        use static_startup, system_malloc, exit;
        ALLOW write if fd == 1;
    }

    sandbox2::policy! {
        pub(super) static TERMINAL;

        use static_startup, exit, read, write, tcgets;
    }

    sandbox2::policy! {
        pub(super) static TIMERS;

        use static_startup, system_malloc, exit, write, signals, posix_timers;
    }

    sandbox2::policy! {
        pub(super) static TIMERS_AND_THREADS;

        use static_startup, system_malloc, exit, write, signals, posix_timers, threads;
        ALLOW rt_sigtimedwait;
    }

    sandbox2::policy! {
        pub(super) static STATIC;

        use static_startup, exit;
    }

    sandbox2::policy! {
        pub(super) static DYNAMIC;

        use dynamic_startup, exit;
    }

    sandbox2::policy! {
        pub(super) static MALLOC;

        use static_startup, system_malloc, exit;
    }

    sandbox2::policy! {
        pub(super) static IDS;

        use static_startup, system_malloc, exit;
        ALLOW getuid, getgid, geteuid, getegid;
        ERRNO(42) getresuid, getresgid;
        write { fd == 1 => ALLOW, _ => ERRNO(43), }
    }

    sandbox2::policy! {
        pub(super) static EXEC_FAILS;

        danger { default ALLOW; }
        use map_exec;
        ERRNO(EXDEV) execve, execveat;
    }

    sandbox2::policy! {
        /// Anything, but no code is made.
        pub(super) static NO_CODE;

        danger { default ALLOW; }
    }

    sandbox2::policy! {
        pub(super) static FALLBACK;

        use static_startup, system_malloc, exit;
        ALLOW write if fd == 1;
    }

    sandbox2::policy! {
        pub(super) static NO_FALLBACK;

        use static_startup, system_malloc, exit;
        ALLOW write if fd == 1;
        ALLOW readlinkat if bufsiz == 7;
    }

    sandbox2::policy! {
        pub(super) static BUILT_IN;

        use static_startup, system_malloc, exit;
        ALLOW write if fd == 1;
        ERRNO(ENOTTY) getpriority;
    }

    sandbox2::policy! {
        pub(super) static OVERRIDDEN;

        use BUILT_IN;
        override ALLOW getpriority if which == 7;
    }

    sandbox2::policy! {
        pub(super) static NO_SHARING;

        use dynamic_startup, rust_std, exit;
    }

    sandbox2::policy! {
        pub(super) static SHARING;

        use dynamic_startup, rust_std, exit, shared_memory;
        ALLOW ftruncate if fd == 3;
    }
}

// --- what no policy allows, and what none allows without saying so ---

/// `exit` and `access` of i386, by `int 0x80`.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_32_bit_call_of_a_64_bit_program_is_a_violation() {
    for number in [1, 33] {
        each(
            || executor("foreign", &[&number.to_string()]),
            &ANYTHING,
            |ran| {
                if matches!(ran.outcome.status, sandbox2::Status::Signaled { signal: libc::SIGSEGV, .. }) {
                    host::skip("this kernel has no 32-bit calls");
                    return;
                }
                let violation = ran.violation();
                assert_eq!((violation.architecture.as_str(), violation.number), ("i386", number));
                assert_eq!((&violation.decided_by, ran.text.as_str()), (&DecidedBy::ForeignArchitecture, ""));
            },
        );
    }
}

#[test]
fn ptrace_is_a_violation_though_everything_is_allowed() {
    each(|| call(libc::SYS_ptrace, "0"), &ANYTHING, |ran| assert_eq!(ran.violated(), "ptrace"));
}

#[test]
fn bpf_is_a_violation_though_everything_is_allowed() {
    each(|| call(libc::SYS_bpf, "0"), &ANYTHING, |ran| assert_eq!(ran.violated(), "bpf"));
}

/// A listener has nothing to lose by it.
#[test]
fn a_task_that_nobody_may_trace_is_a_violation_where_there_is_a_tracer() {
    each(
        || executor("traced", &["untraced"]),
        &ANYTHING,
        |ran| match ran.monitor {
            Monitor::Ptrace => {
                assert_eq!(ran.violated(), "clone");
                assert_eq!((&ran.violation().decided_by, ran.text.as_str()), (&DecidedBy::Monitor, ""));
            }
            _ => assert_eq!(ran.written(), "escaped\n"),
        },
    );
}

#[test]
fn ptrace_and_bpf_can_be_made_to_fail() {
    let both = || calls(&[format!("{},0", libc::SYS_ptrace), format!("{},0", libc::SYS_bpf)]);
    each(both, &policies::BPF_AND_PTRACE_FAIL, |ran| assert_eq!(ran.written(), "errno 1\nerrno 1\n"));
}

#[test]
fn reading_bpf_maps_can_be_allowed_and_making_them_is_still_a_violation() {
    // BPF_MAP_LOOKUP_ELEM, and BPF_MAP_CREATE.
    let reading = || call(libc::SYS_bpf, "1,0,0");
    each(reading, &policies::SAFE_BPF, |ran| assert!(ran.written().starts_with("errno "), "{}", ran.text));
    let making = || call(libc::SYS_bpf, "0,0,0");
    each(making, &policies::SAFE_BPF, |ran| assert_eq!(ran.violated(), "bpf"));
}

#[test]
fn reading_bpf_maps_can_be_allowed_while_making_them_fails() {
    let both = || calls(&[format!("{},0,0,0", libc::SYS_bpf), format!("{},1,0,0", libc::SYS_bpf)]);
    each(both, &policies::SAFE_BPF_OR_ERROR, |ran| {
        let lines: Vec<&str> = ran.written().lines().collect();
        let made_to_fail = format!("errno {}", libc::EXDEV);
        assert!(lines.len() == 2 && lines[0] == made_to_fail && lines[1] != made_to_fail, "{lines:?}");
    });
}

// --- what the groups are good for ---

/// A terminal's end for programs; the other end must be kept.
fn terminal() -> Option<(OwnedFd, OwnedFd)> {
    let (mut ours, mut theirs) = (-1, -1);
    let (name, mode, size) = (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: two descriptors are written; no name, mode or size is wanted.
    if unsafe { libc::openpty(&raw mut ours, &raw mut theirs, name, mode, size) } != 0 {
        host::skip("this host has no terminals to give");
        return None;
    }
    // SAFETY: just opened, and nobody else's.
    let owned = |number| unsafe { OwnedFd::from_raw_fd(number) };
    Some((owned(ours), owned(theirs)))
}

#[test]
fn a_program_can_ask_whether_it_has_a_terminal() {
    let Some((_ours, theirs)) = terminal() else { return };
    let null = File::open("/dev/null").expect("it is there");
    for (descriptor, answer) in [(theirs.as_fd(), "true\n"), (null.as_fd(), "false\n")] {
        let asking = || {
            let mut executor = executor("terminal", &[])?;
            executor.ipc_mut().map_dup_fd(descriptor, 0).expect("0 is free");
            Some(executor)
        };
        each(asking, &policies::TERMINAL, |ran| assert_eq!(ran.written(), answer));
    }
}

#[test]
fn timers_that_start_no_thread_need_their_group_alone() {
    for way in ["none", "signal", "thread-id", "raw-thread"] {
        each(|| executor("timers", &[way]), &policies::TIMERS, |ran| assert_eq!(ran.written(), "over\n", "{way}"));
    }
}

#[test]
fn a_timer_that_starts_threads_is_a_violation_where_there_may_be_none() {
    each(
        || executor("timers", &["thread"]),
        &policies::TIMERS,
        |ran| {
            let of_threads = ["mmap", "mprotect", "clone", "prctl", "madvise"].contains(&ran.violated());
            assert!(of_threads && ran.text.is_empty(), "{:#}", ran.outcome);
        },
    );
}

#[test]
fn a_timer_can_start_threads_where_they_are_allowed() {
    let timing = || executor("timers", &["thread"]);
    each(timing, &policies::TIMERS_AND_THREADS, |ran| assert_eq!(ran.written(), "over\n"));
}

#[test]
fn an_empty_program_needs_its_startup_and_its_exit_alone() {
    each(|| executor("exit", &["0"]), &policies::STATIC, |ran| assert_eq!(ran.written(), ""));
    let program = sandboxees::dynamic("exit");
    let loaded = || host::can_launch().then(|| Executor::new(&program, ["exit", "0"]).libraries(&program));
    each(loaded, &policies::DYNAMIC, |ran| assert_eq!(ran.written(), ""));
}

#[test]
fn memory_of_any_size_can_be_had_with_the_allocators_group() {
    each(|| executor("allocate", &[]), &policies::MALLOC, |ran| assert_eq!(ran.written(), ""));
}

// --- rules ---

#[test]
fn several_calls_of_a_rule_are_answered_alike() {
    let asking = || {
        let getters = [libc::SYS_getuid, libc::SYS_getgid, libc::SYS_geteuid, libc::SYS_getegid];
        let failing = [libc::SYS_getresuid, libc::SYS_getresgid, libc::SYS_write, libc::SYS_umask];
        calls(&getters.into_iter().chain(failing).map(|nr| format!("{nr},2,0,0")).collect::<Vec<_>>())
    };
    each(asking, &policies::IDS, |ran| {
        assert_eq!(ran.violated(), "umask");
        let own = "returned 1000\n".repeat(4);
        assert_eq!(ran.text, format!("{own}errno 42\nerrno 42\nerrno 43\n"));
    });
}

#[test]
fn a_program_knows_whether_it_is_sandboxed() {
    for monitor in MONITORS {
        let Some(mut executor) = guest("talk") else { return };
        let mut comms = executor.ipc_mut().comms().expect("it is made once");
        comms.set_timeout(Some(Duration::from_secs(60)));
        let mut sandbox = Sandbox2::new(executor, &ANYTHING).monitor(monitor);
        sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!((comms.receive_bool(), comms.receive_bool()), (Ok(false), Ok(true)));
        comms.send_u32(0).expect("it listens");
        let outcome = sandbox.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

/// The one exec that is let through is the launch's own.
#[test]
fn a_program_that_sandboxes_itself_has_no_exec_for_free() {
    each(
        || guest("exec"),
        &policies::EXEC_FAILS,
        |ran| assert_eq!(ran.outcome.exit_code(), Some(libc::EXDEV), "{:#}", ran.outcome),
    );
}

#[test]
fn a_second_exec_gets_the_policys_verdict() {
    let executing = || call(libc::SYS_execveat, &libc::AT_FDCWD.to_string());
    each(executing, &policies::EXEC_FAILS, |ran| assert_eq!(ran.written(), format!("errno {}\n", libc::EXDEV)));
}

#[test]
fn memory_that_can_be_executed_is_a_violation_unless_the_policy_says_so() {
    let mapping = || call(libc::SYS_mmap, "0,4096,7,34,-1,0");
    let changing = || call(libc::SYS_mprotect, "0,0,7");
    each(mapping, &policies::NO_CODE, |ran| assert_eq!(ran.violated(), "mmap"));
    each(changing, &policies::NO_CODE, |ran| assert_eq!(ran.violated(), "mprotect"));
    each(mapping, &ANYTHING, |ran| assert!(ran.written().starts_with("returned "), "{}", ran.text));
    each(changing, &ANYTHING, |ran| assert_eq!(ran.written(), "returned 0\n"));
}

#[test]
fn risky_speculation_is_off_for_good() {
    const GET_SPECULATION_CTRL: libc::c_int = 52;
    // `PR_SPEC_PRCTL` and `PR_SPEC_FORCE_DISABLE`.
    const CONTROLLABLE: libc::c_int = 1;
    const FORCE_DISABLED: libc::c_int = 8;
    // Speculative store bypass, and indirect branches.
    for feature in [0, 1] {
        // SAFETY: takes numbers.
        let here = unsafe { libc::prctl(GET_SPECULATION_CTRL, feature, 0, 0, 0) };
        if here < 0 || here & CONTROLLABLE == 0 {
            host::skip(&format!("no process of this host decides about feature {feature}: {here}"));
            continue;
        }
        let asking = || call(libc::SYS_prctl, &format!("{GET_SPECULATION_CTRL},{feature},0,0,0"));
        let off = format!("returned {}\n", CONTROLLABLE | FORCE_DISABLED);
        each(asking, &ANYTHING, |ran| assert_eq!(ran.written(), off));
    }
}

#[test]
fn what_a_group_makes_fail_holds_where_the_policy_says_nothing_else_about_the_call() {
    let (other, seven) = (|| call(libc::SYS_readlinkat, "-100,0,0,1"), || call(libc::SYS_readlinkat, "-100,0,0,7"));
    let errno = |errno: i32| move |ran: &Ran| assert_eq!(ran.written(), format!("errno {errno}\n"));
    each(other, &policies::FALLBACK, errno(libc::ENOENT));
    each(seven, &policies::FALLBACK, errno(libc::ENOENT));
    each(seven, &policies::NO_FALLBACK, errno(libc::EFAULT));
    each(other, &policies::NO_FALLBACK, |ran| assert_eq!(ran.violated(), "readlinkat"));
}

#[test]
fn what_another_policy_says_can_be_overridden_for_some_arguments() {
    let (process, seventh) = (|| call(libc::SYS_getpriority, "0,0"), || call(libc::SYS_getpriority, "7,0"));
    let errno = |errno: i32| move |ran: &Ran| assert_eq!(ran.written(), format!("errno {errno}\n"));
    each(process, &policies::OVERRIDDEN, errno(libc::ENOTTY));
    // The kernel's own answer.
    each(seventh, &policies::OVERRIDDEN, errno(libc::EINVAL));
    each(seventh, &policies::BUILT_IN, errno(libc::ENOTTY));
}

// --- shared memory ---

/// A program that turns the bits of this memory around.
fn sharing(buffer: &Buffer) -> Option<Executor> {
    let program = Path::new(env!("CARGO_BIN_EXE_sharer"));
    let mut executor = host::can_launch().then(|| Executor::new(program, ["sharer"]).libraries(program))?;
    executor.ipc_mut().map_dup_fd(buffer.as_fd(), 3).expect("3 is free");
    Some(executor)
}

#[test]
fn memory_cannot_be_shared_without_the_group_for_it() {
    let buffer = Buffer::from_bytes(b"the host's").expect("it can be had");
    each(
        || sharing(&buffer),
        &policies::NO_SHARING,
        |ran| assert!(["fcntl", "fstatfs", "mmap"].contains(&ran.violated()), "{:#}", ran.outcome),
    );
    assert_eq!(buffer.to_vec(), b"the host's");
}

#[test]
fn with_the_group_for_it_data_goes_both_ways() {
    for monitor in MONITORS {
        let buffer = Buffer::from_bytes(b"the host's").expect("it can be had");
        let Some(executor) = sharing(&buffer) else { return };
        let outcome = Sandbox2::new(executor, &policies::SHARING).monitor(monitor).run();
        assert!(outcome.is_ok(), "{outcome:#}");
        assert!(buffer.to_vec().into_iter().map(|byte| !byte).eq(*b"the host's"));
    }
}
