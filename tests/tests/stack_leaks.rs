//! Telling stacks leaves no descriptor, no process and no thread behind. One test alone in its process, since it counts what the whole process has.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use sandbox2::{Executor, Monitor, Sandbox2, StackTraces, Stdio};

sandbox2::policy! {
    static NO_UMASK;

    danger { default ALLOW; }
    use map_exec;
    KILL umask;
}

/// How many descriptors, threads and children this process has.
fn holdings() -> [usize; 3] {
    let count = |folder: &str| fs::read_dir(folder).expect("/proc can be read").count();
    let children = fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    [count("/proc/self/fd"), count("/proc/self/task"), children.split_whitespace().count()]
}

fn run(monitor: Monitor) {
    let program = Path::new(env!("CARGO_BIN_EXE_crasher"));
    let executor = Executor::new(program, ["crasher", "violation"]).libraries(program).stdout(Stdio::null());
    let sandbox = Sandbox2::new(executor, &NO_UMASK).stack_traces(StackTraces::new().on_signal(false));
    let outcome = sandbox.monitor(monitor).run();
    assert!(outcome.violation().is_some() && outcome.stacks[0].frames.len() > 6, "{outcome:#}");
}

#[test]
fn stacks_leave_nothing_behind() {
    if !sandbox2_tests::host::can_launch() {
        return;
    }
    for monitor in [Monitor::Listener, Monitor::Ptrace] {
        // Whatever is made once for the process is made now.
        run(monitor);
        let before = holdings();
        for _ in 0..5 {
            run(monitor);
        }
        // A thread that has gone on with a hub, or has looked at something, may take a moment to end.
        let until = Instant::now() + Duration::from_secs(10);
        let more = || holdings().iter().zip(before).any(|(now, before)| *now > before);
        while more() && Instant::now() < until {
            std::thread::yield_now();
        }
        assert!(!more(), "{monitor:?}: {before:?} before, {:?} after", holdings());
    }
}
