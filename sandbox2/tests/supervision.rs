//! From an executor to an outcome, with policies by hand.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::io::{Read, Write};
use std::time::Duration;

use sandbox2_policy::action::{Action, Errno};
use sandbox2::{DecidedBy, Sandbox2, Stage, Status, StillRunning};
use support::{
    assert_exit, cannot_run, forbidding_umask, part, policy, shell, shell_policy, skipped, this, without_files,
};

/// Never comes true in a test that works.
const LONG: Duration = Duration::from_secs(60);

/// A shell that says that it runs, and then waits until the host closes its end of descriptor 3.
const WAITING: &str = "echo up >&3; read line <&3; exit 4";

#[test]
fn the_exit_code_is_told() {
    if cannot_run() {
        return;
    }
    let outcome = Sandbox2::new(shell("exit 0"), shell_policy()).run();
    assert_eq!(outcome.to_string(), "OK - Exit code: 0");
    assert!(outcome.is_ok() && outcome.to_result().is_ok());
    assert_exit(&Sandbox2::new(shell("exit 3"), shell_policy()).run(), 3);
}

#[test]
fn a_policy_by_reference_serves_many_runs() {
    if cannot_run() {
        return;
    }
    let policy = shell_policy();
    for _ in 0..3 {
        assert_exit(&Sandbox2::new(shell("exit 5"), &policy).run(), 5);
    }
}

#[test]
fn a_signal_is_told() {
    if cannot_run() {
        return;
    }
    let outcome = Sandbox2::new(shell("kill -SEGV $$"), shell_policy()).run();
    assert_eq!(outcome.to_string(), "Process terminated with a SIGNAL - Signal: SIGSEGV [11]");
}

#[test]
fn a_violation_is_told_with_call_arguments_rule_and_cure() {
    if cannot_run() {
        return;
    }
    let outcome = Sandbox2::new(shell("umask 027; exit 9"), forbidding_umask()).run();
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!(i64::from(violation.number), libc::SYS_umask);
    assert_eq!(violation.architecture, std::env::consts::ARCH);
    assert!(violation.instruction_pointer != 0 && violation.pid != 0);
    assert!(matches!(&violation.decided_by, DecidedBy::Rule { place, .. } if place.text == "KILL umask;"));
    assert!(format!("{outcome:#}").contains("tests/policy.rs:8:5"), "{outcome:#}");
}

#[test]
fn a_violation_of_a_grandchild_ends_the_whole_sandbox() {
    if cannot_run() {
        return;
    }
    let mut executor = shell("(umask 027); echo survived >&3; exit 9");
    let mut host = executor.ipc_mut().receive_fd(3).unwrap();
    let outcome = Sandbox2::new(executor, forbidding_umask()).run();
    assert!(outcome.violation().is_some(), "{outcome:#}");
    let mut text = String::new();
    host.read_to_string(&mut text).unwrap();
    assert_eq!(text, "");
}

#[test]
fn the_wall_time_limit_ends_it() {
    if cannot_run() {
        return;
    }
    let mut executor = shell("while :; do :; done");
    let limit = Duration::from_millis(100);
    executor.limits_mut().set_wall_time(limit);
    let outcome = Sandbox2::new(executor, shell_policy()).run();
    assert_eq!(outcome.status, Status::TimedOut { limit });
    assert!(outcome.usage.wall >= limit);
}

#[test]
fn killing_ends_it() {
    if cannot_run() {
        return;
    }
    let mut s2 = Sandbox2::new(shell("while :; do :; done"), shell_policy());
    let running = s2.run_async().unwrap();
    assert!(s2.pid().is_some() && !s2.is_terminated());
    // From any thread.
    std::thread::spawn(move || running.kill()).join().unwrap();
    assert_eq!(s2.await_result().to_string(), "Process killed by user");
    assert!(s2.is_terminated());
}

#[test]
fn waiting_with_a_timeout_leaves_it_running() {
    if cannot_run() {
        return;
    }
    let mut executor = shell(WAITING);
    let mut host = executor.ipc_mut().receive_fd(3).unwrap();
    let mut s2 = Sandbox2::new(executor, shell_policy());
    s2.run_async().unwrap();
    assert_eq!(s2.await_result_timeout(Duration::from_millis(20)), Err(StillRunning));
    host.write_all(b"go on\n").unwrap();
    assert_exit(&s2.await_result_timeout(LONG).unwrap(), 4);
    // And again: the outcome stays.
    assert_exit(&s2.await_result(), 4);
}

#[test]
fn a_limit_can_be_set_while_it_runs_and_be_taken_away() {
    if cannot_run() {
        return;
    }
    let mut executor = shell(WAITING);
    executor.limits_mut().set_wall_time(LONG);
    let mut host = executor.ipc_mut().receive_fd(3).unwrap();
    let mut s2 = Sandbox2::new(executor, shell_policy());
    let running = s2.run_async().unwrap();
    running.set_walltime_limit(Duration::ZERO);
    running.set_walltime_limit(None);
    assert_eq!(running.await_result_timeout(Duration::from_millis(20)), Err(StillRunning));
    let limit = Duration::from_millis(30);
    running.set_walltime_limit(limit);
    assert_eq!(running.await_result().status, Status::TimedOut { limit });
    let mut text = String::new();
    host.read_to_string(&mut text).unwrap();
    assert_eq!(text, "up\n");
}

#[test]
fn an_exec_that_fails_is_a_failed_set_up() {
    if cannot_run() {
        return;
    }
    // Its loader is not among the files that this policy shows: there are none.
    let policy = without_files();
    let outcome = Sandbox2::new(shell("exit 0"), &policy).run();
    let Status::SetupFailed(error) = &outcome.status else { panic!("{outcome:#}") };
    assert_eq!((error.stage(), error.errno()), (Stage::Exec, Some(libc::ENOENT)));
    for _ in 0..20 {
        let mut s2 = Sandbox2::new(shell("exit 0"), &policy);
        assert_eq!(s2.run_async().unwrap_err().stage(), Stage::Exec);
        assert_eq!(s2.await_result().status, outcome.status);
    }
}

#[test]
fn a_program_that_is_not_there_is_a_failed_set_up_either_way() {
    let missing = || sandbox2::Executor::new("/no/such/program", ["x"]);
    let outcome = Sandbox2::new(missing(), shell_policy()).run();
    assert!(outcome.to_string().starts_with("SETUP_ERROR - "), "{outcome}");
    let mut s2 = Sandbox2::new(missing(), shell_policy());
    assert_eq!(s2.run_async().unwrap_err().stage(), Stage::Program);
    assert_eq!(s2.await_result(), outcome);
    assert!(s2.is_terminated() && s2.pid().is_none());
}

#[test]
fn the_host_can_talk_to_it() {
    if cannot_run() {
        return;
    }
    let mut executor = shell("while read line; do echo \"<$line>\"; done; exit 2");
    let stdin = executor.ipc_mut().receive_fd(0).unwrap();
    let mut stdout = executor.ipc_mut().receive_fd(1).unwrap();
    let mut s2 = Sandbox2::new(executor, shell_policy());
    s2.run_async().unwrap();
    (&stdin).write_all(b"one\ntwo\n").unwrap();
    drop(stdin);
    let mut text = String::new();
    stdout.read_to_string(&mut text).unwrap();
    assert_eq!(text, "<one>\n<two>\n");
    assert_exit(&s2.await_result(), 2);
}

#[test]
fn the_host_sees_the_end_of_a_stream_while_the_sandboxee_goes_on() {
    if cannot_run() {
        return;
    }
    let mut executor = shell("echo all; exec >&-; read line <&3; exit 4");
    let mut stdout = executor.ipc_mut().receive_fd(1).unwrap();
    let mut host = executor.ipc_mut().receive_fd(3).unwrap();
    let mut s2 = Sandbox2::new(executor, shell_policy());
    s2.run_async().unwrap();
    let mut text = String::new();
    stdout.read_to_string(&mut text).unwrap();
    assert_eq!(text, "all\n");
    assert!(!s2.is_terminated());
    host.write_all(b"\n").unwrap();
    assert_exit(&s2.await_result(), 4);
}

#[test]
fn dropping_it_kills_it_and_all_that_it_started() {
    if cannot_run() {
        return;
    }
    let mut executor = shell("(while :; do :; done) & echo up >&3; while :; do :; done");
    let mut host = executor.ipc_mut().receive_fd(3).unwrap();
    let mut s2 = Sandbox2::new(executor, shell_policy());
    let running = s2.run_async().unwrap();
    host.read_exact(&mut [0; 3]).unwrap();
    drop(s2);
    assert!(!running.is_terminated(), "there is another handle");
    drop(running);
    assert_eq!(host.read(&mut [0]).unwrap(), 0, "somebody still has the other end");
}

#[test]
fn the_thread_that_starts_it_may_end() {
    if cannot_run() {
        return;
    }
    let mut executor = shell(WAITING);
    let mut host = executor.ipc_mut().receive_fd(3).unwrap();
    let start = move || {
        let mut s2 = Sandbox2::new(executor, shell_policy());
        s2.run_async().unwrap();
        s2
    };
    let mut s2 = std::thread::spawn(start).join().unwrap();
    host.read_exact(&mut [0; 3]).unwrap();
    assert_eq!(s2.await_result_timeout(Duration::from_millis(20)), Err(StillRunning));
    host.write_all(b"\n").unwrap();
    assert_exit(&s2.await_result(), 4);
}

#[test]
fn standard_input_is_empty_and_the_environment_too() {
    if cannot_run() {
        return;
    }
    let mut executor = shell("read line; echo \"$?,$HOME\"").env("OTHER", "x");
    let mut stdout = executor.ipc_mut().receive_fd(1).unwrap();
    assert_exit(&Sandbox2::new(executor, shell_policy()).run(), 0);
    let mut text = String::new();
    stdout.read_to_string(&mut text).unwrap();
    assert_eq!(text, "1,\n");
}

#[test]
fn a_program_can_be_run_by_its_descriptor() {
    if cannot_run() {
        return;
    }
    let file = std::fs::File::open(support::SHELL).unwrap();
    let executor = sandbox2::Executor::from_fd(file, ["sh", "-c", "exit 6"]);
    assert_exit(&Sandbox2::new(executor, shell_policy()).run(), 6);
}

/// What a part found.
const REFUSED: i32 = 41;

fn execveat_self() -> i32 {
    // SAFETY: the strings end with a zero, the arrays with a null pointer.
    let result = unsafe {
        libc::syscall(
            libc::SYS_execveat,
            libc::AT_FDCWD,
            c"/no/such/file".as_ptr(),
            [std::ptr::null::<u8>()].as_ptr(),
            0,
            0,
        )
    };
    assert_eq!(result, -1);
    std::io::Error::last_os_error().raw_os_error().unwrap()
}

#[test]
#[ignore = "a sandboxee"]
fn part_execs_once_more() {
    std::process::exit(execveat_self());
}

#[test]
#[ignore = "a sandboxee"]
fn part_floods_the_monitor() {
    // Two at a time, so that there is always one waiting.
    let flood = || loop {
        execveat_self();
    };
    std::thread::spawn(flood);
    flood();
}

#[test]
#[ignore = "a sandboxee"]
#[cfg(target_arch = "x86_64")]
fn part_makes_a_32_bit_call() {
    // SAFETY: getpid (20 there) changes nothing but the result register.
    unsafe { std::arch::asm!("push rbx", "int 0x80", "pop rbx", inout("eax") 20 => _) };
    std::process::exit(REFUSED);
}

#[test]
#[ignore = "a sandboxee"]
#[cfg(target_arch = "x86_64")]
fn part_makes_an_x32_call() {
    // SAFETY: getpid.
    unsafe { libc::syscall(libc::SYS_getpid | 0x4000_0000) };
    std::process::exit(REFUSED);
}

#[test]
fn a_later_exec_gets_the_policys_verdict() {
    if cannot_run() {
        return;
    }
    let run = |exec| Sandbox2::new(part("part_execs_once_more"), policy(&this(), exec, &[])).run();
    assert_exit(&run(Action::Allow), libc::ENOENT);
    assert_exit(&run(Action::Errno(Errno::new(13).unwrap())), libc::EACCES);
    let outcome = run(Action::Kill);
    assert_eq!(
        outcome.violation().map(|violation| i64::from(violation.number)),
        Some(libc::SYS_execveat),
        "{outcome:#}"
    );
}

#[test]
fn a_flood_of_notifications_delays_neither_deadline_nor_kill() {
    if cannot_run() {
        return;
    }
    let flooding = || {
        let errno = Action::Errno(Errno::new(13).unwrap());
        (part("part_floods_the_monitor"), policy(&this(), errno, &[]))
    };
    let (mut executor, policy) = flooding();
    let limit = Duration::from_millis(150);
    executor.limits_mut().set_wall_time(limit);
    assert_eq!(Sandbox2::new(executor, policy).run().status, Status::TimedOut { limit });
    let (executor, policy) = flooding();
    let mut s2 = Sandbox2::new(executor, policy);
    s2.run_async().unwrap();
    assert!(s2.await_result_timeout(Duration::from_millis(50)).is_err());
    s2.kill();
    assert_eq!(s2.await_result_timeout(LONG).unwrap().status, Status::Killed);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_call_of_another_architecture_is_a_violation_without_a_cure() {
    if cannot_run() {
        return;
    }
    let run = |name| Sandbox2::new(part(name), policy(&this(), Action::Kill, &[])).run();
    let outcome = run("part_makes_an_x32_call");
    let violation = outcome.violation().unwrap_or_else(|| panic!("{outcome:#}"));
    assert_eq!((&violation.decided_by, &violation.suggestion), (&DecidedBy::X32, &None));
    let outcome = run("part_makes_a_32_bit_call");
    match &outcome.status {
        Status::Violation(violation) => {
            assert_eq!((&violation.decided_by, &violation.suggestion), (&DecidedBy::ForeignArchitecture, &None));
            assert_eq!(violation.architecture, "i386");
        }
        // A kernel without 32-bit emulation.
        Status::Signaled { signal: libc::SIGSEGV, .. } => _ = skipped("no 32-bit calls on this kernel"),
        _ => panic!("{outcome:#}"),
    }
}
