//! Nothing is left behind: no process, thread, mount or descriptor, after a thousand launches in a row and sixty-four at once. One test
//! alone in its process, since it counts what the whole process has.

use std::fs;
use std::time::Duration;

use sandbox2::{Executor, Sandbox2, Status, Stdio};
use sandbox2_tests::{host, sandboxees};

sandbox2::policy! {
    static PRINTING;

    use static_startup, system_malloc, exit;
    ALLOW write if fd == 1;
    tmpfs "/tmp" size 1M;
    dir "/usr";
}

#[derive(Debug, PartialEq, Eq)]
struct Holdings {
    descriptors: usize,
    threads: usize,
    children: Vec<String>,
    mounts: usize,
}

fn holdings() -> Holdings {
    let me = std::process::id().to_string();
    let children = fs::read_dir("/proc")
        .expect("/proc can be read")
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter(|stat| stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)) == Some(&me))
        .collect();
    Holdings {
        descriptors: fs::read_dir("/proc/self/fd").expect("/proc can be read").count(),
        threads: fs::read_dir("/proc/self/task").expect("/proc can be read").count(),
        children,
        mounts: fs::read_to_string("/proc/self/mountinfo").expect("/proc can be read").lines().count(),
    }
}

#[test]
fn launches_leave_nothing_behind() {
    if !host::can_launch() {
        return;
    }
    let (Some(exit), Some(call), Some(consume)) = (
        sandboxees::linked_statically("exit"),
        sandboxees::linked_statically("call"),
        sandboxees::linked_statically("consume"),
    ) else {
        return;
    };
    let executor = |program: &std::path::Path, arg: &str| Executor::new(program, ["it", arg]).stdout(Stdio::null());
    // Whatever is made once for the process is made now.
    for mut sandbox in [&exit, &call].map(|program| Sandbox2::new(executor(program, "39"), &PRINTING)) {
        assert!(!sandbox.await_result().is_ok());
    }
    let before = holdings();
    for round in 0..1000 {
        let outcome = match round % 10 {
            6 => {
                let mut executor = executor(&consume, "cpu");
                let _end = executor.ipc_mut().receive_fd(3).expect("3 is free");
                let running = Sandbox2::new(executor, &PRINTING).run_async().expect("it starts");
                if round % 20 == 6 {
                    // Dropping it is another way to kill it.
                    continue;
                }
                running.kill();
                running.await_result()
            }
            7 => Sandbox2::new(executor(&call, "39"), &PRINTING).run(),
            8 => Sandbox2::new(executor(&exit, "0").file("/no/such/file"), &PRINTING).run(),
            9 => {
                let mut executor = executor(&consume, "wait");
                executor.limits_mut().set_wall_time(Duration::from_millis(1));
                Sandbox2::new(executor, &PRINTING).run()
            }
            _ => Sandbox2::new(executor(&exit, "0"), &PRINTING).run(),
        };
        match round % 10 {
            6 => assert_eq!(outcome.status, Status::Killed),
            7 => assert!(outcome.violation().is_some(), "{outcome:#}"),
            8 => assert!(matches!(outcome.status, Status::SetupFailed(_)), "{outcome:#}"),
            // The limit may also run out before the program makes a call that it may not make.
            9 => assert!(!outcome.is_ok(), "{outcome:#}"),
            _ => assert!(outcome.is_ok(), "{outcome:#}"),
        }
    }
    assert_eq!(holdings(), before, "after a thousand launches");

    let running: Vec<_> =
        (0..64).map(|_| Sandbox2::new(executor(&exit, "0"), &PRINTING).run_async().expect("it starts")).collect();
    for running in running {
        let outcome = running.await_result();
        assert!(outcome.is_ok(), "{outcome:#}");
    }
    assert_eq!(holdings(), before, "after sixty-four at once");
}
