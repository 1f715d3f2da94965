//! Sandboxes as futures.

use std::future::Future;
use std::io::Read;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use sandbox2::tokio::{Event, run, start};
use sandbox2::{Observer, Outcome, Sandbox2, Status};

use crate::{ANYTHING, ANYTHING_BUT, executor};

/// Runs it on a runtime with one thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(future)
}

/// Says when it has begun, and when it is over.
struct Tells(Mutex<Sender<Outcome>>, Mutex<Option<tokio::sync::oneshot::Sender<()>>>);

impl Observer for Tells {
    fn started(&self, _: u32) -> Result<(), String> {
        let begun = self.1.lock().expect("no panic").take();
        begun.map_or(Ok(()), |begun| begun.send(()).map_err(|()| "nobody waits for it".to_owned()))
    }

    fn finished(&self, outcome: &Outcome) {
        let _ = self.0.lock().expect("no panic").send(outcome.clone());
    }
}

#[test]
fn a_run_is_a_future_of_its_outcome() {
    let Some(executor) = executor("exit", &["3"]) else { return };
    let outcome = block_on(run(Sandbox2::new(executor, &ANYTHING)));
    assert_eq!(outcome.exit_code(), Some(3), "{outcome:#}");
}

#[test]
fn a_launch_that_fails_is_an_outcome_too() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    let sandbox = || Sandbox2::new(sandbox2::Executor::new("/no/such/program", [""; 0]), &ANYTHING);
    let outcome = block_on(run(sandbox()));
    assert!(matches!(outcome.status, Status::SetupFailed(_)), "{outcome:#}");
    assert_eq!(outcome.program, "/no/such/program");
    assert!(block_on(start(sandbox())).is_err());
}

#[test]
fn one_thread_awaits_many_at_once() {
    let Some(_) = executor("exit", &["0"]) else { return };
    let codes = block_on(async {
        let runs: Vec<_> = (0..20)
            .filter_map(|code: i32| executor("exit", &[&code.to_string()]))
            .map(|executor| tokio::spawn(run(Sandbox2::new(executor, &ANYTHING))))
            .collect();
        let mut codes = Vec::new();
        for run in runs {
            codes.push(run.await.expect("no panic").exit_code());
        }
        codes
    });
    assert_eq!(codes, (0..20).map(Some).collect::<Vec<_>>());
}

#[test]
fn dropping_the_future_of_a_run_kills() {
    let Some(mut executor) = executor("consume", &["wait"]) else { return };
    // What the sandboxee has of it ends with the sandboxee.
    let mut output = executor.ipc_mut().receive_fd(1).expect("1 is free");
    let (over, is_over) = channel();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let tells = Tells(Mutex::new(over), Mutex::new(Some(begun)));
    let sandbox = Sandbox2::new(executor, &ANYTHING).observer(tells);
    block_on(async {
        tokio::select! {
            outcome = run(sandbox) => panic!("it ended: {outcome:#}"),
            begun = has_begun => begun.expect("it begins"),
        }
    });
    output.read_to_end(&mut Vec::new()).expect("the end comes");
    let outcome = is_over.recv().expect("it is told");
    assert!(matches!(outcome.status, Status::Killed), "{outcome:#}");
}

#[test]
fn dropping_the_handle_kills() {
    let Some(executor) = executor("consume", &["wait"]) else { return };
    let (over, is_over) = channel();
    let sandbox = Sandbox2::new(executor, &ANYTHING).observer(Tells(Mutex::new(over), Mutex::new(None)));
    drop(block_on(start(sandbox)).expect("it starts"));
    assert!(matches!(is_over.recv().expect("it is told").status, Status::Killed));
}

#[test]
fn events_come_in_order_and_end_with_the_outcome() {
    let call = format!("{},0", libc::SYS_umask);
    let Some(executor) = executor("call", &[&call]) else { return };
    let (names, outcome) = block_on(async {
        let mut running = start(Sandbox2::new(executor, &ANYTHING_BUT)).await.expect("it starts");
        let mut names = Vec::new();
        while let Some(event) = running.events().next().await {
            names.push(match event {
                Event::Started { pid } => {
                    assert_eq!(Some(pid), running.pid());
                    "started"
                }
                Event::Violation(_) => "violation",
                Event::Finished(_) => "finished",
                _ => "something else",
            });
        }
        (names, running.outcome().await)
    });
    assert_eq!(names, ["started", "violation", "finished"]);
    assert!(outcome.violation().is_some(), "{outcome:#}");
}
