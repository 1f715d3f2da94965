//! What a sandbox costs that is forked from a program which is ready, beside one that executes the same program.
//!
//! ```text
//! cargo bench -p sandbox2-tests --bench forkserver
//! ```
//!
//! From the call to the outcome, the two in turns; medians. The program does nothing, so that it is the launch that is measured; whatever a
//! program does to get ready comes on top of the one and not of the other.
//!
//! Then the same program, launched by a host that has a GiB of memory, with and without a launch server.

use std::path::Path;
use std::time::{Duration, Instant};

use sandbox2::{Executor, LaunchServer, Policy, Sandbox2};

sandbox2::policy! {
    static SHORT;

    use dynamic_startup, rust_std;
    ALLOW close;
}

const ROUNDS: usize = 300;

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_short"));
    let server = Executor::fork_server(program).unwrap_or_else(|error| panic!("{error:#}"));
    let direct = || Executor::new(program, ["short"]).libraries(program);
    let forked = || Executor::from_fork_server(&server);
    compare("executed", direct, "forked", forked);
    let server = LaunchServer::start().unwrap_or_else(|error| panic!("{error:#}"));
    compare("small host", direct, "by a launch server", || direct().launched_by(&server));
    let memory = std::hint::black_box(vec![1_u8; 1 << 30]);
    compare("host with 1 GiB", direct, "by a launch server", || direct().launched_by(&server));
    drop(memory);
}

fn compare(one: &str, first: impl Fn() -> Executor, other: &str, second: impl Fn() -> Executor) {
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS + 20 {
        let times = (time(first(), &SHORT), time(second(), &SHORT));
        if round >= 20 {
            ones.push(times.0);
            others.push(times.1);
        }
    }
    let (ones, others) = (median(ones), median(others));
    println!("{one} {ones:?}   {other} {others:?}   ratio {:.2}", others.as_secs_f64() / ones.as_secs_f64());
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
