//! Many sandboxes of one host: ten thousand one after another, and a thousand at the same time, all supervised by one thread.
//!
//! ```text
//! cargo bench -p sandbox2-tests --bench many
//! SANDBOX2_SOAK=100000 cargo bench -p sandbox2-tests --bench many    # one soak instead
//! ```
//!
//! A soak prints at each tenth what the host has: descriptors, threads, children, memory, mounts. They stay as they are.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use sandbox2::{Executor, Running, Sandbox2};
use sandbox2_tests::sandboxees;

sandbox2::policy! {
    static SHORT;

    use static_startup, system_malloc, exit;
    ALLOW read, write;
    file "/etc/hostname";
    tmpfs "/tmp" size 1M;
}

sandbox2::policy! {
    static WAITING;

    danger { default ALLOW; }
    use map_exec;
}

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let Some(exit) = sandboxees::linked_statically("exit") else { return };
    let Some(echo) = sandboxees::linked_statically("echo") else { return };
    if let Some(times) = std::env::var("SANDBOX2_SOAK").ok().and_then(|times| times.parse().ok()) {
        return soak(&exit, times);
    }
    short_lived(&exit, 10_000);
    simultaneous(&echo, 1000);
}

fn short(program: &Path) -> Sandbox2 {
    Sandbox2::new(Executor::new(program, ["exit", "0"]), &SHORT)
}

/// Each in the background, sixteen at a time.
fn short_lived(program: &Path, times: usize) {
    let start = Instant::now();
    let mut running: Vec<Running> = Vec::new();
    for _ in 0..times {
        if running.len() == 16 {
            let outcome = running.remove(0).await_result();
            assert!(outcome.is_ok(), "{outcome:#}");
        }
        running.push(short(program).run_async().unwrap_or_else(|error| panic!("{error:#}")));
    }
    for running in running {
        assert!(running.await_result().is_ok());
    }
    let took = start.elapsed();
    println!(
        "{times} short-lived, 16 at a time: {:.1} s, {:.0} a second; {}",
        took.as_secs_f64(),
        times as f64 / took.as_secs_f64(),
        host()
    );
}

/// All of them wait at the same time, and are then let go.
fn simultaneous(program: &Path, count: usize) {
    let before = host();
    let start = Instant::now();
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let mut executor = Executor::new(program, ["echo", "close"]);
        let stdin = executor.ipc_mut().receive_fd(0).expect("0 is free");
        let running = Sandbox2::new(executor, &WAITING).run_async().unwrap_or_else(|error| panic!("{error:#}"));
        all.push((running, stdin));
    }
    let started = start.elapsed();
    let there = all.iter().filter(|(running, _)| !running.is_terminated()).count();
    let during = host();
    let start = Instant::now();
    let outcomes: Vec<_> = all
        .into_iter()
        .map(|(running, stdin)| {
            drop(stdin);
            running.await_result()
        })
        .collect();
    let ended = start.elapsed();
    assert!(
        outcomes.iter().all(sandbox2::Outcome::is_ok),
        "{:#}",
        outcomes.iter().find(|outcome| !outcome.is_ok()).expect("one")
    );
    println!(
        "{count} at the same time: started in {:.1} s, {there} of them there at once, ended in {:.1} s",
        started.as_secs_f64(),
        ended.as_secs_f64()
    );
    println!("  before {before}\n  during {during}\n  after  {}", host());
}

fn soak(program: &Path, times: usize) {
    for done in 0..=times {
        if done % (times / 10).max(1) == 0 {
            println!("{done:7} launches: {}", host());
        }
        let outcome = match done % 4 {
            // On this thread and in the background, and one that is killed.
            0 | 1 => short(program).run(),
            2 => short(program).run_async().unwrap_or_else(|error| panic!("{error:#}")).await_result(),
            _ => {
                let running = short(program).run_async().unwrap_or_else(|error| panic!("{error:#}"));
                running.kill();
                let _ = running.await_result();
                continue;
            }
        };
        assert!(outcome.is_ok(), "{outcome:#}");
    }
}

/// What this process has.
fn host() -> String {
    let count = |dir: &str| fs::read_dir(dir).map_or(0, Iterator::count);
    let mut children = 0;
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let text = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children += text.split_whitespace().count();
    }
    let mut status = String::new();
    let _ = fs::File::open("/proc/self/status").and_then(|mut file| file.read_to_string(&mut status));
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned();
    let mounts = fs::read_to_string("/proc/self/mountinfo").map_or(0, |text| text.lines().count());
    format!(
        "{} descriptors, {} threads, {children} children, {} resident, {mounts} mounts",
        count("/proc/self/fd"),
        count("/proc/self/task"),
        field("VmRSS:"),
    )
}
