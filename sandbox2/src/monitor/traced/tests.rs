//! Reports of real runs. What a program sees of this monitor is tested with the other crates' programs.

use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::channel;

use super::*;
use crate::executor::Executor;
use crate::handlers::{Answer, Handlers};
use crate::outcome::Monitor;
use crate::policy::Policy;

/// A shell that does that, under a policy that asks about `getppid` and forbids `umask`.
fn shell(script: &str, handlers: Handlers) -> (Job, UnixStream) {
    let policy =
        Policy::parse("danger { default ALLOW; } use map_exec; KILL umask; NOTIFY getppid;").expect("it is one");
    let mut executor = Executor::new("/bin/sh", ["sh", "-c", script]).dir("/usr").file("/dev/null");
    for dir in ["/bin", "/lib", "/lib64"] {
        if std::path::Path::new(dir).exists() {
            executor = executor.dir(dir);
        }
    }
    executor.limits_mut().set_wall_time(None);
    let out = executor.ipc_mut().receive_fd(1).unwrap();
    let spec = executor.into_spec(&policy).unwrap();
    let handlers = if handlers.handles(libc::SYS_getppid as u32) {
        handlers
    } else {
        handlers.on("getppid", |call| Ok(call.proceed()))
    };
    let job =
        Job { spec, policy, handlers, observer: None, monitor: Some(Monitor::Ptrace), stacks: None, unwanted: None };
    job.check().unwrap();
    (job, out)
}

fn report(script: &str, handlers: Handlers) -> Report {
    let (job, _out) = shell(script, handlers);
    let (control, doorbell) = switchboard();
    run(job, &control, &doorbell, Instant::now())
}

fn switchboard() -> (Arc<Control>, Arc<Doorbell>) {
    let doorbell = Arc::new(Doorbell::new().unwrap());
    (Arc::new(Control::new(Arc::clone(&doorbell) as _, 0)), doorbell)
}

#[test]
fn a_violation_comes_with_the_registers_of_its_call() {
    let report = report("umask 22", Handlers::new());
    let Status::Violation(violation) = &report.status else { panic!("{report:?}") };
    let registers = report.registers().unwrap();
    assert_eq!(registers.thread, violation.pid);
    let (number, argument) = match std::env::consts::ARCH {
        "x86_64" => ("orig_rax", "rdi"),
        "aarch64" => ("x8", "x0"),
        _ => ("a7", "a0"),
    };
    assert_eq!(registers.get(number), Some(libc::SYS_umask as u64));
    assert_eq!(registers.get(argument), Some(violation.arguments[0].register));
}

#[test]
fn a_fatal_signal_comes_with_the_registers_of_whoever_got_it() {
    for (name, signal) in [("SEGV", libc::SIGSEGV), ("TERM", libc::SIGTERM)] {
        let report = report(&format!("kill -{name} $$"), Handlers::new());
        assert!(matches!(report.status, Status::Signaled { signal: by, .. } if by == signal), "{report:?}");
        assert!(report.registers().is_some(), "{report:?}");
    }
}

#[test]
fn a_program_that_ends_by_itself_is_looked_at_before_and_has_no_registers_to_tell() {
    let report = report("exit 3", Handlers::new());
    assert_eq!(report.status, Status::Exited { code: 3 });
    assert_eq!(report.stops.iter().map(|stop| stop.why).collect::<Vec<_>>(), [Why::Exit]);
    assert_eq!(report.registers(), None);
}

/// As long as no test takes.
const LONG: Duration = Duration::from_secs(600);

/// What is told of the handler's failure; the program goes on.
fn failure<F>(patience: Duration, handler: F) -> crate::outcome::Failure
where
    F: for<'a> Fn(crate::handlers::Call<'a>) -> std::io::Result<Answer<'a>> + Send + Sync + 'static,
{
    let handlers = Handlers::new().on("getppid", handler).timeout(patience);
    let report = report("exit 0", handlers);
    assert_eq!(report.status, Status::Exited { code: 0 }, "{report:?}");
    let [failure] = &report.failures.first[..] else { panic!("{report:?}") };
    assert_eq!(failure.of, "getppid");
    failure.clone()
}

#[test]
fn it_is_told_that_a_handler_failed_and_why() {
    assert_eq!(failure(LONG, |_| panic!("a mistake")).what, "it panicked: a mistake");
    let (keep, kept) = channel::<()>();
    let kept = std::sync::Mutex::new(kept);
    let slow = failure(Duration::from_millis(50), move |_| {
        let _ = kept.lock().map(|kept| kept.recv());
        Ok(Answer::value(9))
    });
    drop(keep);
    assert_eq!(slow.what, "it took longer than 50ms");
    let given = failure(LONG, |_| Ok(Answer::descriptor(std::fs::File::open("/dev/null")?)));
    assert_eq!(given.what, "the ptrace monitor cannot give the sandboxee a descriptor");
}

/// Tells nothing.
#[cfg(feature = "symbolize")]
struct Silent;

#[cfg(feature = "symbolize")]
impl crate::unwind::Symbolizer for Silent {
    fn run(&self, _: crate::unwind::Work) -> crate::unwind::Said {
        crate::unwind::Said { bytes: Vec::new(), trouble: None }
    }
}

/// A run of three processes that is killed once all are there, or its time is over.
#[cfg(feature = "symbolize")]
fn ended(limit: Option<Duration>) -> Report {
    let (mut job, mut out) = shell("sleep 1000 & sleep 1000 & echo ready; wait", Handlers::new());
    job.spec.limits.set_wall_time(limit);
    job.stacks =
        Some(crate::monitor::Stacks { options: crate::StackTraces::new().on_kill(true), symbolizer: Arc::new(Silent) });
    let (control, doorbell) = switchboard();
    let killer = Arc::clone(&control);
    let kill = std::thread::spawn(move || {
        if out.read_exact(&mut [0; 6]).is_ok() && limit.is_none() {
            killer.kill();
        }
    });
    let report = run(job, &control, &doorbell, Instant::now());
    kill.join().unwrap();
    report
}

#[cfg(feature = "symbolize")]
#[test]
fn all_tasks_are_looked_at_before_they_are_killed_if_that_is_wanted() {
    // One that gets no processor in time is not looked at, so on a busy machine it takes more than one run.
    let all = (0..100).map(|_| ended(None)).find(|report| {
        assert_eq!(report.status, Status::Killed);
        assert!(report.stops.iter().all(|stop| stop.why == Why::Killed), "{report:?}");
        report.stops.len() == 3
    });
    assert!(all.is_some());
    let stopped = (0..100).map(|_| ended(Some(Duration::from_millis(200)))).find(|report| {
        assert!(matches!(report.status, Status::TimedOut { .. }));
        assert!(report.stops.iter().all(|stop| stop.why == Why::TimedOut), "{report:?}");
        !report.stops.is_empty()
    });
    assert!(stopped.is_some());
}

#[test]
fn whoever_is_killed_before_the_program_runs_never_runs_it() {
    let (job, mut out) = shell("echo ran", Handlers::new());
    let (control, doorbell) = switchboard();
    control.kill();
    let report = run(job, &control, &doorbell, Instant::now());
    assert_eq!(report.status, Status::Killed);
    let mut text = String::new();
    out.read_to_string(&mut text).unwrap();
    assert_eq!(text, "");
}
