//! What `policy!` costs while compiling, as a user feels it: rustc is run on a file with many copies of the guide's policy and
//! on one with a single copy; the difference for each copy is the expansion with validation and all that rustc does with what
//! came out. Then the same with Docker's default profile, from the fixtures of `sandbox2-policy`. Once with the macro as the dev profile builds it, once optimised. `cargo bench -p sandbox2-ui-tests`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const GUIDE: &str = "
    ALLOW read;
    use time;
    ALLOW write if fd == 1;
    ALLOW mprotect if prot == PROT_READ | PROT_WRITE && len == 0x1000;
    ERRNO(ENOENT) open?, openat;
";
/// Docker's default profile in our language.
const DOCKER: &str = include_str!("../../sandbox2-policy/tests/policies/docker.policy");
/// How many copies of the guide's policy, and of Docker's profile.
const COPIES: usize = 20;
const DOCKER_COPIES: usize = 4;
const ROUNDS: usize = 7;

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    for (name, arguments, goal, docker_goal) in [
        ("dev", &[][..], 200.0, "none"),
        ("release", &["--config", "profile.dev.build-override.opt-level=3"][..], 10.0, "under 300 ms"),
    ] {
        let built = build(name, arguments);
        let each = each(&built, GUIDE, COPIES);
        println!(
            "macro built by the {name} profile: {each:.1} ms for each expansion of the guide's policy (goal: under {goal} ms)"
        );
        let each = self::each(&built, DOCKER, DOCKER_COPIES);
        println!(
            "macro built by the {name} profile: {each:.1} ms for each expansion of Docker's profile (goal: {docker_goal})"
        );
    }
}

/// Milliseconds for each expansion of that policy.
fn each(built: &Built, policy: &str, copies: usize) -> f64 {
    let one = median(built, policy, 1);
    let many = median(built, policy, copies);
    many.saturating_sub(one).as_secs_f64() * 1000.0 / (copies - 1) as f64
}

/// Where a build of `sandbox2` lies.
struct Built {
    directory: PathBuf,
    library: PathBuf,
}

/// Builds `sandbox2` with the macro as that profile makes it.
fn build(name: &str, arguments: &[&str]) -> Built {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("expansion-{name}"));
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "sandbox2", "--target-dir"])
        .arg(&directory)
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()
        .expect("cargo runs");
    assert!(status.success(), "sandbox2 builds");
    Built { library: directory.join("debug/libsandbox2.rlib"), directory }
}

/// The median time of rustc on a file with that many copies of a policy.
fn median(built: &Built, policy: &str, copies: usize) -> Duration {
    let source = built.directory.join(format!("copies{copies}.rs"));
    let mut text = String::from("#![crate_type = \"lib\"]\n");
    for copy in 0..copies {
        writeln!(text, "sandbox2::policy! {{ pub static P{copy}; {policy} }}").expect("a string takes text");
    }
    fs::write(&source, text).expect("the target directory can be written to");
    let mut times: Vec<Duration> = (0..ROUNDS).map(|_| compile(built, &source)).collect();
    times.sort();
    times[ROUNDS / 2]
}

fn compile(built: &Built, source: &Path) -> Duration {
    let start = Instant::now();
    let status = Command::new("rustc")
        .args(["--edition=2024", "--emit=metadata", "--extern"])
        .arg(format!("sandbox2={}", built.library.display()))
        .arg("-L")
        .arg(built.directory.join("debug/deps"))
        .arg("--out-dir")
        .arg(&built.directory)
        .arg(source)
        .status()
        .expect("rustc runs");
    assert!(status.success(), "the policies compile");
    start.elapsed()
}
