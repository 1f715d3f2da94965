//! What a sandbox costs that is forked from a program which is ready, beside one that executes the same program.
//!
//! ```text
//! cargo bench -p sandbox2-tests --bench forkserver
//! ```
//!
//! From the call to the outcome, the two in turns; medians. The program does nothing, so that it is the launch that is measured; whatever a
//! program does to get ready comes on top of the one and not of the other.

use std::path::Path;
use std::time::{Duration, Instant};

use sandbox2::{Executor, Policy, Sandbox2};

sandbox2::policy! {
    static SHORT;

    use dynamic_startup, rust_std;
    ALLOW close;
}

const ROUNDS: usize = 400;

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_short"));
    let server = Executor::fork_server(program).unwrap_or_else(|error| panic!("{error:#}"));
    let direct = || Executor::new(program, ["short"]).libraries(program);
    let forked = || Executor::from_fork_server(&server);
    for _ in 0..20 {
        time(direct(), &SHORT);
        time(forked(), &SHORT);
    }
    let (mut directly, mut by_fork) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        directly.push(time(direct(), &SHORT));
        by_fork.push(time(forked(), &SHORT));
    }
    let (directly, by_fork) = (median(directly), median(by_fork));
    println!(
        "executed {directly:?}   forked {by_fork:?}   ratio {:.2}",
        by_fork.as_secs_f64() / directly.as_secs_f64()
    );
}

fn time(executor: Executor, policy: &'static Policy) -> Duration {
    let start = Instant::now();
    let outcome = Sandbox2::new(executor, policy).run();
    let time = start.elapsed();
    assert!(outcome.is_ok(), "{outcome:#}");
    time
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
