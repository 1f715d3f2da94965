//! How long a launch takes: run with `cargo test --release -- --ignored --nocapture timing`.

use std::time::Instant;

use super::tests::{run, spec};
use super::*;

fn median(samples: &mut [f64]) -> (f64, f64) {
    samples.sort_by(f64::total_cmp);
    (samples[samples.len() / 2], samples[samples.len() * 99 / 100])
}

#[test]
#[ignore = "a measurement, not a test"]
fn timing() {
    let program = std::env::var("TRIAL_PROGRAM").unwrap_or_else(|_| "/tmp/b/static".into());
    let rounds: usize = std::env::var("TRIAL_ROUNDS").map_or(1000, |rounds| rounds.parse().unwrap());
    let cases = std::env::var("TRIAL_CASES").unwrap_or_else(|_| "0123".into());
    let names = ["posix_spawn", "everything", "no network namespace", "no mounts, no network namespace"];
    let mut samples = [const { Vec::new() }; 4];
    let mount = |kind, inside: &'static str| Mount { kind, inside: inside.into() };
    use sandbox2_policy::surroundings::MountKind;
    let mounts = [
        mount(MountKind::Dir { outside: "/usr".into(), writable: false }, "/usr"),
        mount(MountKind::Dir { outside: "/proc".into(), writable: false }, "/proc"),
        mount(MountKind::Tmpfs { size: 1 << 20 }, "/tmp"),
    ];
    for _ in 0..rounds {
        for (which, samples) in samples.iter_mut().enumerate() {
            if !cases.contains(&which.to_string()) {
                continue;
            }
            let start = Instant::now();
            if which == 0 {
                calls::spawn_and_wait(&program);
            } else {
                let mut spec = spec(&program, &[]);
                if which > 1 {
                    spec.network = Network::Host;
                }
                if which < 3 {
                    spec.mounts = mounts.to_vec();
                }
                assert_eq!(run(spec).main_status, Some(0));
            }
            samples.push(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    samples.iter_mut().filter(|samples| samples.is_empty()).for_each(|samples| samples.push(1.0));
    let (floor, _) = median(&mut samples[0]);
    for (name, samples) in names.iter().zip(&mut samples) {
        let (median, p99) = median(samples);
        println!("{name:34} {median:8.0} µs  p99 {p99:8.0}  {:5.2}", median / floor);
    }
}
