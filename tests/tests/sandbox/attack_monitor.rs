//! What must not happen to supervision, whatever a sandboxee or a clumsy host does.

use std::io::{PipeWriter, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sandbox2::{Executor, Handlers, Observer, Outcome, Running, Sandbox2, StackTraces, Status, Stdio, Violation};

use crate::{ANYTHING, ANYTHING_BUT, executor};

sandbox2::policy! {
    /// As `ANYTHING`, but the host decides about these.
    static ASKING;

    danger { default ALLOW; }
    use map_exec;
    NOTIFY getpriority;
    KILL umask;
}

/// How long something may take that must happen at all: only so that the test ends.
const PATIENCE: Duration = Duration::from_secs(60);

fn asks(times: usize) -> Option<Executor> {
    let call = format!("{},0,0", libc::SYS_getpriority);
    executor("call", &vec![&*call; times])
}

fn violates() -> Option<Executor> {
    executor("call", &[&format!("{},0", libc::SYS_umask)])
}

/// The program with threads whose stacks are worth telling.
fn crasher(end: &str) -> Option<Sandbox2> {
    let program = Path::new(env!("CARGO_BIN_EXE_crasher"));
    let executor = || Executor::new(program, ["crasher", end]).libraries(program).stdout(Stdio::null());
    sandbox2_tests::host::can_launch().then(|| Sandbox2::new(executor(), &ANYTHING_BUT))
}

fn waits() -> Option<Running> {
    Some(Sandbox2::new(executor("consume", &["wait"])?, &ANYTHING).run_async().expect("it starts"))
}

/// Does it on another thread; whether it came to an end.
fn ends(act: impl FnOnce() + Send + 'static) -> bool {
    let (over, is_over) = channel();
    std::thread::spawn(move || {
        act();
        let _ = over.send(());
    });
    is_over.recv_timeout(PATIENCE).is_ok()
}

// --- what a host's code takes with it ---

/// The thread that supervises both must not wait for one while it lets go of the other.
#[test]
fn handlers_and_observers_may_own_another_sandbox() {
    let (Some(first), Some(second)) = (waits(), waits()) else { return };
    struct Owner(#[allow(dead_code)] Running);
    impl Observer for Owner {}
    let Some(executor) = executor("exit", &["0"]) else { return };
    let handlers = Handlers::new().otherwise(move |call| {
        let _ = first.pid();
        Ok(call.proceed())
    });
    let mut sandbox = Sandbox2::new(executor, &ASKING).handlers(handlers).observer(Owner(second));
    assert!(sandbox.run_async().expect("it starts").await_result().is_ok());
    assert!(ends(|| drop(waits())), "nobody supervises any more");
}

/// An outcome is announced when everybody was told of it. Whoever is being told must not wait for that.
#[test]
fn an_observer_may_ask_for_the_outcome_that_it_is_told_and_drop_the_last_handle() {
    struct Keeps(Arc<Mutex<Option<Running>>>, Mutex<Sender<(Outcome, Outcome)>>);
    impl Observer for Keeps {
        fn finished(&self, outcome: &Outcome) {
            let Some(running) = self.0.lock().expect("no panic").take() else { return };
            let asked = running.await_result();
            drop(running);
            let _ = self.1.lock().expect("no panic").send((outcome.clone(), asked));
        }
    }
    let Some(mut executor) = executor("echo", &["close"]) else { return };
    let stdin = executor.ipc_mut().receive_fd(0).expect("0 is free");
    let place = Arc::new(Mutex::new(None));
    let (tell, told) = channel();
    let observer = Keeps(Arc::clone(&place), Mutex::new(tell));
    let running = Sandbox2::new(executor, &ANYTHING).observer(observer).run_async().expect("it starts");
    *place.lock().expect("no panic") = Some(running);
    drop(stdin);
    let (told, asked) = told.recv_timeout(PATIENCE).expect("it does not wait for itself");
    assert!(told.is_ok() && told == asked, "{asked:#}");
}

#[test]
fn a_handler_may_have_all_the_time_there_is() {
    let Some(executor) = asks(1) else { return };
    let handlers = Handlers::new().timeout(Duration::MAX).otherwise(|call| Ok(call.proceed()));
    let outcome = Sandbox2::new(executor, &ASKING).handlers(handlers).run();
    assert!(outcome.is_ok(), "{outcome:#}");
}

/// What a handler panics with may panic itself; and be long, since a sandboxee can have a say in it.
#[test]
fn a_panic_is_told_shortly_whatever_it_is() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                panic!("again");
            }
        }
    }
    let Some(executor) = asks(2) else { return };
    let times = AtomicUsize::new(0);
    let handlers = Handlers::new().otherwise(move |_| match times.fetch_add(1, Ordering::Relaxed) {
        0 => std::panic::panic_any(Bomb),
        _ => std::panic::panic_any("x".repeat(1 << 20)),
    });
    let outcome = Sandbox2::new(executor, &ASKING).handlers(handlers).run();
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(outcome.failures.count, 2);
    assert!(outcome.failures.first.iter().all(|failure| failure.what.len() < 2000), "{outcome:#}");
}

/// A future that is dropped leaves nothing with whoever it waited for.
#[test]
fn whoever_does_not_wait_any_more_is_forgotten() {
    use std::task::{Context, Poll, Wake, Waker};
    struct Task;
    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }
    let Some(running) = waits() else { return };
    let task = Arc::new(Task);
    {
        let waker = Waker::from(Arc::clone(&task));
        let mut future = Box::pin(running.outcome());
        assert!(matches!(future.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending));
    }
    assert_eq!(Arc::strong_count(&task), 1);
}

// --- ends that come together ---

/// Says that it has heard of a violation, and waits until the test is over.
struct Stuck(Mutex<Sender<usize>>, usize, Arc<Mutex<Receiver<()>>>);

impl Observer for Stuck {
    fn violation(&self, _: &Violation) {
        let _ = self.0.lock().expect("no panic").send(self.1);
        let _ = self.2.lock().map(|gate| gate.recv());
    }
}

/// As many as asked for, which violate their policy all at once, when the pipe is dropped.
fn violating_at_once(many: usize, change: impl Fn(usize, Sandbox2) -> Sandbox2) -> Option<(PipeWriter, Vec<Running>)> {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    let call = format!("{},0", libc::SYS_umask);
    let mut all = Vec::new();
    for number in 0..many {
        let mut executor = executor("late", &[&call])?;
        executor.ipc_mut().map_fd(reader.try_clone().expect("there is room").into(), 0).expect("0 is free");
        all.push(change(number, Sandbox2::new(executor, &ANYTHING_BUT)).run_async().expect("it starts"));
    }
    Some((writer, all))
}

#[test]
fn every_observer_hears_of_its_violation_though_others_are_stuck() {
    const MANY: usize = 12;
    let (heard, hears) = channel();
    let (open, gate) = channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let stuck =
        |number, sandbox: Sandbox2| sandbox.observer(Stuck(Mutex::new(heard.clone()), number, Arc::clone(&gate)));
    let Some((begin, all)) = violating_at_once(MANY, stuck) else { return };
    drop(begin);
    let mut numbers = Vec::new();
    while let Ok(number) = hears.recv_timeout(Duration::from_secs(5)) {
        numbers.push(number);
        if numbers.len() == MANY {
            break;
        }
    }
    numbers.sort_unstable();
    drop(open);
    assert_eq!(numbers, (0..MANY).collect::<Vec<_>>());
    assert!(all.iter().all(|running| running.await_result().violation().is_some()));
}

#[test]
fn stacks_are_told_though_observers_of_others_are_stuck() {
    const MANY: usize = 12;
    let (heard, _hears) = channel();
    let (open, gate) = channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let change = |number, sandbox: Sandbox2| match number % 2 {
        0 => sandbox.observer(Stuck(Mutex::new(heard.clone()), number, Arc::clone(&gate))),
        _ => sandbox.stack_traces(StackTraces::new().on_signal(false)),
    };
    let Some((begin, all)) = violating_at_once(MANY, change) else { return };
    drop(begin);
    for running in all.iter().skip(1).step_by(2) {
        let outcome = running.await_result_timeout(PATIENCE).expect("nobody has to wait for the others");
        assert!(outcome.violation().is_some() && outcome.stacks.len() == 1, "{outcome:#}");
    }
    drop(open);
}

/// The first thread of a process cannot be waited for before its others: that left a zombie for as long as the host's thread lived.
#[test]
fn nothing_is_left_of_threads_whose_stacks_were_told() {
    let Some(sandbox) = crasher("threads") else { return };
    let outcome = sandbox.stack_traces(StackTraces::new().on_signal(false).all_threads(true)).run();
    assert!(outcome.violation().is_some() && outcome.stacks.len() == 5, "{outcome:#}");
    // Only of what is gone it is known.
    assert!(outcome.usage.max_rss > 0, "{outcome:#}");
}

/// An observer that is stuck has ten seconds before a stack; neither a kill nor the wall time limit waits for that.
#[test]
fn what_is_told_of_an_end_gives_no_more_time() {
    for limit in [false, true] {
        let Some(executor) = violates() else { return };
        let (heard, hears) = channel();
        let (open, gate) = channel::<()>();
        let stuck = Stuck(Mutex::new(heard), 0, Arc::new(Mutex::new(gate)));
        let mut sandbox =
            Sandbox2::new(executor, &ANYTHING_BUT).observer(stuck).stack_traces(StackTraces::new().on_signal(false));
        let running = sandbox.run_async().expect("it starts");
        hears.recv().expect("it is told");
        if limit {
            running.set_walltime_limit(Duration::from_millis(1));
        } else {
            running.kill();
        }
        let outcome = running.await_result();
        drop(open);
        assert!(outcome.violation().is_some(), "{outcome:#}");
        // Otherwise it says that the observer took too long.
        assert!(outcome.failures.is_empty(), "{outcome:#}");
    }
}

// --- calls that handlers stick at ---

#[test]
fn handlers_that_are_stuck_for_ever_are_no_more_than_sixteen() {
    let Some(mut executor) = asks(40) else { return };
    let mut output = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    let (open, gate) = channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let handlers = Handlers::new().timeout(Duration::from_millis(5)).otherwise(move |call| {
        counted.fetch_add(1, Ordering::Relaxed);
        let _ = gate.lock().map(|gate| gate.recv());
        Ok(call.proceed())
    });
    let running = Sandbox2::new(executor, &ASKING).handlers(handlers).run_async().expect("it starts");
    let outcome = running.await_result();
    drop(open);
    let mut text = String::new();
    output.read_to_string(&mut text).expect("it is text");
    assert!(outcome.is_ok(), "{outcome:#}");
    assert_eq!(text, format!("errno {}\n", libc::EPERM).repeat(40));
    assert_eq!((asked.load(Ordering::Relaxed), outcome.failures.count), (16, 40));
}

// --- what the host holds ---

/// In a copy of the host nobody supervises: it would wait for ever, and killing is not its business.
#[test]
fn a_copy_of_the_host_neither_kills_nor_waits() {
    let Some(mut executor) = executor("echo", &["close"]) else { return };
    let stdin = executor.ipc_mut().receive_fd(0).expect("0 is free");
    let running = Sandbox2::new(executor, &ANYTHING).run_async().expect("it starts");
    // SAFETY: the copy does nothing but what is tested, and exits.
    let copy = unsafe { libc::fork() };
    if copy == 0 {
        let lost = running.await_result().is_ok();
        drop(running);
        // SAFETY: ends the copy.
        unsafe { libc::_exit(i32::from(lost)) };
    }
    let mut status = 0;
    let ended = (0..6000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        // SAFETY: our own child.
        unsafe { libc::waitpid(copy, &mut status, libc::WNOHANG) == copy }
    });
    // SAFETY: our own child, which was not waited for.
    let _ = ended || unsafe { libc::kill(copy, libc::SIGKILL) } == 0;
    assert!(ended && status == 0, "{ended} {status}");
    drop(stdin);
    assert!(running.await_result().is_ok());
}

// --- memory that waits ---

/// Whoever reads what a call points to waits for as long as the sandboxee likes, if it has a way to make its memory wait.
#[test]
fn memory_that_is_never_there_holds_up_nobody() {
    let Ok(faults) = std::fs::File::options().read(true).write(true).open("/dev/userfaultfd") else {
        return eprintln!("nothing to test: no /dev/userfaultfd");
    };
    let Some(mut executor) = executor("absent", &[&libc::SYS_chdir.to_string()]) else { return };
    executor.ipc_mut().map_fd(faults.into(), 3).expect("3 is free");
    let running = Sandbox2::new(executor, &ANYTHING_BUT).run_async().expect("it starts");
    let outcome = running.await_result_timeout(PATIENCE).expect("nobody waits for its memory");
    assert_eq!(outcome.violation().and_then(|violation| violation.syscall.as_deref()), Some("chdir"), "{outcome:#}");
}

/// It has no policy yet, and would not ask for one for half a minute.
#[test]
fn dropping_the_future_of_a_start_ends_a_program_that_has_not_sandboxed_itself() {
    struct Tells(Mutex<Option<tokio::sync::oneshot::Sender<()>>>, Mutex<Sender<Outcome>>);
    impl Observer for Tells {
        fn started(&self, _: u32) -> Result<(), String> {
            let begun = self.0.lock().expect("no panic").take();
            begun.map_or(Ok(()), |begun| begun.send(()).map_err(|()| "nobody waits for it".to_owned()))
        }

        fn finished(&self, outcome: &Outcome) {
            let _ = self.1.lock().expect("no panic").send(outcome.clone());
        }
    }
    let Some(executor) = executor("consume", &["wait"]) else { return };
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (over, is_over) = channel();
    let tells = Tells(Mutex::new(Some(begun)), Mutex::new(over));
    let sandbox = Sandbox2::new(executor.sandbox_before_exec(false), &ANYTHING).observer(tells);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        tokio::select! {
            started = sandbox2::tokio::start(sandbox) => panic!("{started:?}"),
            begun = has_begun => begun.expect("it begins"),
        }
    });
    assert!(matches!(is_over.recv().expect("it is told").status, Status::Killed));
}
