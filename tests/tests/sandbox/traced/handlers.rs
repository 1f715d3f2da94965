//! Handlers under the ptrace monitor.

use std::io::{Read as _, Write as _};
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use sandbox2::{Answer, Handlers};

use super::{ASKING, call, listening, run, traced};
use crate::executor;

/// What the program sees of `getppid` when that handler decides about it.
fn answered<F>(handler: F) -> Option<String>
where
    F: for<'a> Fn(sandbox2::Call<'a>) -> std::io::Result<Answer<'a>> + Send + Sync + 'static,
{
    let handlers = Handlers::new().on("getppid", handler).timeout(Duration::from_millis(200));
    let (outcome, text) = run(call(libc::SYS_getppid)?, &ASKING, |sandbox| sandbox.handlers(handlers));
    assert!(outcome.is_ok(), "{outcome:#}");
    Some(text)
}

#[test]
fn a_handler_lets_a_call_be_made_fails_it_or_answers_it() {
    let Some(text) = answered(|call| Ok(call.proceed())) else { return };
    assert_eq!(text, "returned 1\n");
    assert_eq!(answered(|_| Ok(Answer::fail(libc::EXDEV))).as_deref(), Some("errno 18\n"));
    assert_eq!(answered(|_| Ok(Answer::value(1234))).as_deref(), Some("returned 1234\n"));
    assert_eq!(answered(|_| Ok(Answer::value(-513))).as_deref(), Some("errno 4\n"));
    assert_eq!(answered(|_| Err(std::io::Error::other("no"))).as_deref(), Some("errno 1\n"));
    let whole = |call: sandbox2::Call<'_>| call.thread() > 0 && call.int(0) == 21 && call.int(1) == 22;
    let Some(text) = answered(move |call| Ok(Answer::value(i64::from(whole(call))))) else { return };
    assert_eq!(text, "returned 1\n");
}

#[test]
fn a_handler_can_make_it_a_violation() {
    let Some(executor) = call(libc::SYS_getppid) else { return };
    let handlers = Handlers::new().on("getppid", |_| Ok(Answer::violation()));
    let (outcome, _) = run(executor, &ASKING, |sandbox| sandbox.handlers(handlers));
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("getppid"), "{outcome:#}");
}

#[test]
fn without_a_handler_it_is_a_violation() {
    let Some(executor) = call(libc::SYS_getppid) else { return };
    let (outcome, _) = run(executor, &ASKING, |sandbox| sandbox);
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("getppid"), "{outcome:#}");
}

#[test]
fn a_handler_that_panics_or_takes_too_long_denies() {
    let Some(text) = answered(|_| panic!("a handler's mistake")) else { return };
    assert_eq!(text, format!("errno {}\n", libc::EPERM));
    let (keep, kept) = channel::<()>();
    let kept = Mutex::new(kept);
    // It ends with the test.
    let text = answered(move |_| {
        let _ = kept.lock().map(|kept| kept.recv());
        Ok(Answer::value(9))
    });
    drop(keep);
    assert_eq!(text.as_deref(), Some("errno 1\n"));
}

#[test]
fn a_descriptor_cannot_be_given_and_that_is_an_error() {
    let null = || std::fs::File::open("/dev/null").expect("it is there");
    let Some(text) = answered(move |_| Ok(Answer::descriptor(null()))) else { return };
    assert_eq!(text, format!("errno {}\n", libc::ENOSYS));
    let installed = answered(move |call| match call.install(null(), None, true) {
        Ok(number) => Ok(Answer::value(i64::from(number))),
        Err(error) => Ok(Answer::from(&error)),
    });
    assert_eq!(installed, Some(text));
}

/// One that takes its time keeps nobody else waiting.
#[test]
fn others_go_on_while_a_handler_takes_its_time() {
    let Some(mut executor) = executor("traced", &["killed-asking"]) else { return };
    let mut input = executor.ipc_mut().receive_fd(0).expect("standard input is free");
    let mut out = listening(&mut executor);
    let (asked, at_it) = channel();
    let (keep, kept) = channel::<()>();
    let (asked, kept) = (Mutex::new(asked), Mutex::new(kept));
    let handlers = Handlers::new().on("getppid", move |_| {
        let _ = asked.lock().map(|asked: std::sync::MutexGuard<'_, Sender<()>>| asked.send(()));
        let _ = kept.lock().map(|kept| kept.recv());
        Ok(Answer::value(9))
    });
    let mut sandbox = traced(executor, &ASKING).handlers(handlers);
    let running = sandbox.run_async().unwrap_or_else(|error| panic!("{error:#}"));
    at_it.recv_timeout(Duration::from_secs(60)).expect("the handler is asked");
    input.write_all(b"go\n").expect("it listens");
    let mut text = String::new();
    out.read_to_string(&mut text).expect("the output is text");
    let outcome = running.await_result();
    drop(keep);
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "status 9\n");
}

#[test]
fn a_call_waits_for_its_handler_through_any_storm_of_signals() {
    let Some(executor) = executor("traced", &["again"]) else { return };
    let handlers = Handlers::new().on("getppid", |_| Ok(Answer::value(77)));
    let (outcome, text) = run(executor, &ASKING, |sandbox| sandbox.handlers(handlers));
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, "done\n");
}
