//! `notify_test`: what a host decides and hears of while a program runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox2::{Answer, Comms, Handlers, Monitor, Observer, Outcome, Returned, Sandbox2};

use super::{MONITORS, call, each_as, guest};
use crate::{ANYTHING, executor};

sandbox2::policy! {
    /// Anything, but the host decides about one call.
    static ASKING;

    danger { default ALLOW; }
    use map_exec;
    NOTIFY personality;
}

/// The call that the host is asked about, with arguments that can be told apart.
fn personality() -> Option<sandbox2::Executor> {
    call(libc::SYS_personality, "1,2,3,4,5,4294967302")
}

#[test]
fn a_handler_sees_number_and_arguments_and_lets_the_call_be_made() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let handled = |sandbox: Sandbox2| {
        let seen = Arc::clone(&seen);
        sandbox.handlers(Handlers::new().on("personality", move |call| {
            seen.lock().expect("no panic").push((call.number(), call.registers()));
            Ok(call.proceed())
        }))
    };
    each_as(personality, &ASKING, handled, |ran| {
        // What it was before.
        assert_eq!(ran.written(), "returned 0\n");
        let seen = std::mem::take(&mut *seen.lock().expect("no panic"));
        assert_eq!(seen, [(libc::SYS_personality as u32, [1, 2, 3, 4, 5, 0x1_0000_0006])]);
    });
}

#[test]
fn a_handler_that_does_not_allow_the_call_makes_it_a_violation() {
    let handled = |sandbox: Sandbox2| sandbox.handlers(Handlers::new().on("personality", |_| Ok(Answer::violation())));
    each_as(personality, &ASKING, handled, |ran| {
        assert_eq!((ran.violated(), ran.text.as_str()), ("personality", ""));
        assert_eq!(ran.violation().number, libc::SYS_personality as u32);
    });
}

#[test]
fn a_handler_answers_with_an_error_that_the_program_sees() {
    let handlers = || Handlers::new().on("personality", |_| Ok(Answer::fail(libc::ENOSYS)));
    let handled = |sandbox: Sandbox2| sandbox.handlers(handlers());
    each_as(personality, &ASKING, handled, |ran| assert_eq!(ran.written(), format!("errno {}\n", libc::ENOSYS)));
}

/// Talks to the program before it is sandboxed.
struct Greeter(Mutex<Comms>);

impl Observer for Greeter {
    fn started(&self, pid: u32) -> Result<(), String> {
        let mut comms = self.0.lock().expect("no panic");
        let exchange = comms.send_u32(33).and_then(|()| Ok((comms.receive_u32()?, comms.receive_credentials()?)));
        let (number, sender) = exchange.map_err(|error| error.to_string())?;
        assert_eq!((number, sender.pid.cast_unsigned()), (34, pid));
        Ok(())
    }
}

#[test]
fn an_observer_can_talk_to_a_program_before_it_is_sandboxed() {
    for monitor in MONITORS {
        let Some(mut executor) = guest("greet") else { return };
        let mut comms = executor.ipc_mut().comms().expect("it is made once");
        comms.set_timeout(Some(Duration::from_secs(60)));
        comms.expect_credentials().expect("a socket can be asked for them");
        let observer = Greeter(Mutex::new(comms));
        let outcome = Sandbox2::new(executor, &ANYTHING).monitor(monitor).observer(observer).run();
        assert_eq!(outcome.exit_code(), Some(33), "{outcome:#}");
    }
}

/// Keeps what it hears.
#[derive(Default)]
struct Listener {
    finished: Mutex<Vec<Outcome>>,
    returned: Mutex<Vec<String>>,
}

impl Observer for Listener {
    fn returned(&self, call: &Returned) {
        self.returned.lock().expect("no panic").push(call.to_string());
    }

    fn finished(&self, outcome: &Outcome) {
        self.finished.lock().expect("no panic").push(outcome.clone());
    }
}

#[test]
fn by_the_time_that_a_run_returns_the_observer_has_heard_of_its_end_once() {
    for monitor in MONITORS {
        let Some(executor) = executor("exit", &["5"]) else { return };
        let listener = Arc::new(Listener::default());
        let outcome = Sandbox2::new(executor, &ANYTHING).monitor(monitor).observer(Arc::clone(&listener)).run();
        assert_eq!(outcome.exit_code(), Some(5), "{outcome:#}");
        // What the monitor used is told when it has heard, too.
        let heard = listener.finished.lock().expect("no panic");
        assert_eq!(heard.len(), 1);
        assert_eq!((&heard[0].status, heard[0].usage), (&outcome.status, outcome.usage));
    }
}

/// A listener cannot know, and says so.
#[test]
fn what_an_inspected_call_returned_is_heard_of_where_there_is_a_tracer() {
    let listener = Arc::new(Listener::default());
    let handled = |sandbox: Sandbox2| {
        let handlers = Handlers::new().on("personality", |call| Ok(call.proceed_and_inspect()));
        sandbox.handlers(handlers).observer(Arc::clone(&listener))
    };
    each_as(personality, &ASKING, handled, |ran| {
        let heard = std::mem::take(&mut *listener.returned.lock().expect("no panic"));
        match ran.monitor {
            Monitor::Ptrace => {
                assert_eq!(ran.written(), "returned 0\n");
                assert_eq!(heard.len(), 1, "{heard:?}");
                assert!(heard[0].starts_with("personality(") && heard[0].ends_with(") = 0"), "{heard:?}");
            }
            _ => {
                assert_eq!((ran.written(), heard.len()), ("errno 1\n", 0));
                assert_eq!(ran.outcome.failures.first[0].of, "personality", "{:#}", ran.outcome);
            }
        }
    });
}
