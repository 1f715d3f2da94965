//! `deadline_manager_test`: time limits, of which ours are `set_walltime_limit` and `await_result_timeout`. No signal is in it: a supervising
//! thread waits no longer than to the next deadline, and a doorbell wakes it when that changes.

use std::time::Duration;

use sandbox2::{Sandbox2, Status, StillRunning};

use super::{MONITORS, each_waiting};
use crate::{ANYTHING, executor};

#[test]
fn a_limit_can_be_set_by_another_thread_while_one_waits() {
    let limit = Duration::from_millis(20);
    each_waiting(|mut sandbox, _output| {
        let running = sandbox.run_async().expect("it runs");
        let other = std::thread::spawn(move || running.set_walltime_limit(limit));
        let outcome = sandbox.await_result();
        other.join().expect("the thread ends well");
        assert_eq!(outcome.status, Status::TimedOut { limit }, "{outcome:#}");
    });
}

#[test]
fn a_limit_that_is_over_when_it_is_set_ends_it_at_once() {
    let limit = Duration::from_nanos(1);
    each_waiting(|mut sandbox, _output| {
        sandbox.set_walltime_limit(limit);
        let outcome = sandbox.await_result();
        assert_eq!(outcome.status, Status::TimedOut { limit }, "{outcome:#}");
    });
}

#[test]
fn a_limit_that_is_over_before_the_program_runs_ends_it() {
    for monitor in MONITORS {
        let Some(mut executor) = executor("tree", &[]) else { return };
        let limit = Duration::from_nanos(1);
        executor.limits_mut().set_wall_time(limit);
        let outcome = Sandbox2::new(executor, &ANYTHING).monitor(monitor).run();
        assert_eq!(outcome.status, Status::TimedOut { limit }, "{outcome:#}");
    }
}

#[test]
fn a_limit_that_is_lifted_in_time_ends_nothing_and_a_later_one_does() {
    let (first, later) = (Duration::from_secs(1), Duration::from_millis(20));
    each_waiting(|mut sandbox, _output| {
        sandbox.set_walltime_limit(first);
        sandbox.set_walltime_limit(None);
        assert_eq!(sandbox.await_result_timeout(first + first / 4), Err(StillRunning));
        sandbox.set_walltime_limit(later);
        let outcome = sandbox.await_result();
        assert_eq!(outcome.status, Status::TimedOut { limit: later }, "{outcome:#}");
    });
}

#[test]
fn who_has_waited_in_vain_can_wait_again_in_any_thread() {
    each_waiting(|mut sandbox, _output| {
        let moment = Duration::from_millis(1);
        assert_eq!(sandbox.await_result_timeout(Duration::ZERO), Err(StillRunning));
        assert_eq!(sandbox.await_result_timeout(moment), Err(StillRunning));
        let running = sandbox.run_async().expect("it runs");
        let other = std::thread::spawn(move || running.await_result_timeout(moment));
        assert_eq!(other.join().expect("the thread ends well"), Err(StillRunning));
        sandbox.kill();
        assert_eq!(sandbox.await_result().status, Status::Killed);
    });
}
