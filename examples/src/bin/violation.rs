//! Provokes one of each outcome and prints its one line and its full report.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin violation
//! ```

use std::error::Error;
use std::time::Duration;

use sandbox2::{Executor, Outcome, Sandbox2, Stdio};

const PROGRAM: &str = env!("VIOLATION_SANDBOXEE");

sandbox2::policy! {
    /// What a small program needs that writes to its standard output.
    static POLICY;

    use static_startup, system_malloc, exit;
    ALLOW write if fd == 1;
    ALLOW kill if pid == 0;                          // its own process group
}

fn main() -> Result<(), Box<dyn Error>> {
    show("it ends by itself", &run("hello"));
    show("it ends with an exit code of its own", &run("exit"));
    show("it makes a system call that no rule names", &run("violation"));
    show("it makes a system call with arguments that no rule allows", &run("write"));
    show("a signal ends it", &run("signal"));

    let mut executor = executor("hang");
    executor.limits_mut().set_wall_time(Duration::from_millis(200));
    show("it runs for too long", &Sandbox2::new(executor, &POLICY).run());

    let running = Sandbox2::new(self::executor("hang"), &POLICY).run_async()?;
    running.kill();
    show("we kill it", &running.await_result());

    show("it cannot be started", &Sandbox2::new(Executor::new("/no/such/program", ["program"]), &POLICY).run());
    Ok(())
}

fn executor(mode: &str) -> Executor {
    Executor::new(PROGRAM, [PROGRAM, mode]).stdout(Stdio::null())
}

fn run(mode: &str) -> Outcome {
    Sandbox2::new(executor(mode), &POLICY).run()
}

fn show(what: &str, outcome: &Outcome) {
    println!("=== {what}\n{outcome}\n--- in full\n{outcome:#}\n");
}
