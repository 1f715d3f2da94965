//! Running in the background: waiting, time limits that change, killing.

use std::io::Read;
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
