//! Running in the background: waiting, time limits that change, killing.

use std::io::{Read, Write};
use std::time::Duration;

use sandbox2::{Sandbox2, Status};

use crate::{ANYTHING, executor};

#[test]
fn waiting_can_be_given_up_without_ending_the_run() {
    let Some(executor) = executor("consume", &["wait"]) else { return };
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    let still = running.await_result_timeout(Duration::from_millis(20)).expect_err("it waits for ever");
    assert!(still.to_string().contains("running"), "{still}");
    assert!(!running.is_terminated());
    running.kill();
    assert!(matches!(running.await_result().status, Status::Killed));
}

#[test]
fn the_wall_time_limit_can_be_set_while_it_runs() {
    let Some(executor) = executor("consume", &["wait"]) else { return };
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    running.set_walltime_limit(Some(Duration::from_millis(20)));
    assert!(matches!(running.await_result().status, Status::TimedOut { .. }));
}

#[test]
fn the_wall_time_limit_can_be_lifted_while_it_runs() {
    let Some(mut executor) = executor("echo", &["close"]) else { return };
    executor.limits_mut().set_wall_time(Duration::from_secs(5));
    let stdin = executor.ipc_mut().receive_fd(0).expect("0 is free");
    let mut stdout = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    running.set_walltime_limit(None);
    stdout.read_to_end(&mut Vec::new()).expect("the end comes");
    drop(stdin);
    assert!(running.await_result().is_ok());
}

/// The parent-death signal follows the thread that made the process, so the launch must not be left to the caller's.
#[test]
fn the_thread_that_started_it_may_end() {
    let Some(mut executor) = executor("echo", &["close"]) else { return };
    let stdin = executor.ipc_mut().receive_fd(0).expect("0 is free");
    let starter = std::thread::spawn(move || Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts"));
    let running = starter.join().expect("the thread ends well");
    assert!(!running.is_terminated());
    drop(stdin);
    assert!(running.await_result().is_ok());
}

#[test]
fn any_thread_can_kill_it() {
    let Some(executor) = executor("consume", &["wait"]) else { return };
    let mut s2 = Sandbox2::new(executor, &ANYTHING);
    let running = s2.run_async().expect("it starts");
    assert!(s2.pid().is_some() && !s2.is_terminated());
    std::thread::spawn(move || running.kill()).join().expect("the thread ends well");
    assert_eq!(s2.await_result().to_string(), "Process killed by user");
    assert!(s2.is_terminated());
}

#[test]
fn the_outcome_stays() {
    let Some(executor) = executor("exit", &["4"]) else { return };
    let mut s2 = Sandbox2::new(executor, &ANYTHING);
    let running = s2.run_async().expect("it starts");
    let outcome = s2.await_result();
    assert_eq!(outcome.exit_code(), Some(4), "{outcome:#}");
    assert_eq!(s2.await_result(), outcome);
    assert_eq!(running.await_result(), outcome);
    assert_eq!(running.await_result_timeout(Duration::ZERO), Ok(outcome));
}

#[test]
fn a_limit_of_zero_is_none_and_a_later_one_counts() {
    let Some(mut executor) = executor("consume", &["wait"]) else { return };
    executor.limits_mut().set_wall_time(Duration::from_secs(60));
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    running.set_walltime_limit(Duration::ZERO);
    running.set_walltime_limit(None);
    assert!(running.await_result_timeout(Duration::from_millis(20)).is_err());
    let limit = Duration::from_millis(30);
    running.set_walltime_limit(limit);
    assert_eq!(running.await_result().status, Status::TimedOut { limit });
}

#[test]
fn the_host_can_talk_to_it() {
    let Some(mut executor) = executor("echo", &[]) else { return };
    let mut stdin = executor.ipc_mut().receive_fd(0).expect("0 is free");
    let mut stdout = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    // A line at a time, there and back.
    for line in [b"one\n", b"two\n"] {
        stdin.write_all(line).expect("the socket takes it");
        let mut back = [0; 4];
        stdout.read_exact(&mut back).expect("it answers");
        assert_eq!(&back, line);
    }
    drop(stdin);
    assert!(running.await_result().is_ok());
}

/// The state of a process, as `/proc` has it.
fn state(pid: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("State:")).unwrap_or("gone").trim().to_owned()
}

/// Waits for that, as long as a test may take.
fn until(mut there: impl FnMut() -> bool) -> bool {
    let start = std::time::Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if there() {
            return true;
        }
        std::thread::yield_now();
    }
    false
}

#[test]
fn it_can_be_stopped_and_continued() {
    let Some(executor) = executor("consume", &["cpu"]) else { return };
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    let pid = running.pid().expect("it runs");
    running.pause();
    assert!(until(|| state(pid).starts_with('T')), "{}", state(pid));
    running.resume();
    assert!(until(|| state(pid).starts_with('R')), "{}", state(pid));
    running.pause();
    running.kill();
    assert!(matches!(running.await_result().status, Status::Killed));
}

#[test]
fn all_processes_together_may_use_so_much_processor_time() {
    let Some(mut executor) = executor("tree", &["busy"]) else { return };
    executor.limits_mut().set_tree_cpu_time(Duration::from_millis(200));
    let outcome = Sandbox2::new(executor, &ANYTHING).run();
    assert!(matches!(outcome.status, Status::CpuTimeExceeded { .. }), "{outcome:#}");
    assert_eq!(outcome.to_string(), "Process TIMEOUT - Processor time limit: 200ms");
}
