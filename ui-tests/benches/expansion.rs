//! What `policy!` costs while compiling, as a user feels it: rustc is run on a file with many copies of the guide's policy and
//! on one with a single copy; the difference for each copy is the expansion with validation and all that rustc does with what
//! came out. Then the same with a policy of the size of a container's: a statement for every call that is not dangerous, some
//! with conditions. Once with the macro as the dev profile builds it, once optimised. `cargo bench -p sandbox2-ui-tests`.

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
/// How many copies of the guide's policy, and of the large one.
const COPIES: usize = 20;
const LARGE_COPIES: usize = 4;
const ROUNDS: usize = 7;

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let large = large();
    for (name, arguments, goal, large_goal) in [
        ("dev", &[][..], 200.0, "none"),
        ("release", &["--config", "profile.dev.build-override.opt-level=3"][..], 10.0, "under 300 ms"),
    ] {
        let built = build(name, arguments);
        let each = each(&built, GUIDE, COPIES);
        println!(
            "macro built by the {name} profile: {each:.1} ms for each expansion of the guide's policy (goal: under {goal} ms)"
        );
        let calls = large.lines().count();
        let each = self::each(&built, &large, LARGE_COPIES);
        println!(
            "macro built by the {name} profile: {each:.1} ms for each expansion of a policy of {calls} statements (goal: \
             {large_goal})"
        );
    }
}

/// Milliseconds for each expansion of that policy.
fn each(built: &Built, policy: &str, copies: usize) -> f64 {
    let one = median(built, policy, 1);
    let many = median(built, policy, copies);
    many.saturating_sub(one).as_secs_f64() * 1000.0 / (copies - 1) as f64
}

/// A policy with a statement for every call that is not dangerous; every tenth that has a descriptor compares it.
fn large() -> String {
    let mut text = String::from("default ERRNO(EPERM);\n");
    for (index, syscall) in sandbox2_policy::tables::syscalls().iter().enumerate() {
        let first = syscall.args.iter().flatten().next().and_then(|args| args.first());
        let condition = match first {
            Some(arg) if arg.name == "fd" && index % 10 == 0 => " if fd in [0, 1, 2, 5]",
            _ => "",
        };
        let everywhere = syscall.numbers.iter().all(Option::is_some);
        let mark = if everywhere { "" } else { "?" };
        let exists = syscall.numbers.iter().any(Option::is_some);
        let dangerous = sandbox2_policy::danger::danger(syscall.name).is_some();
        if exists && !dangerous && syscall.name != "clone3" {
            writeln!(text, "ALLOW {}{mark}{condition};", syscall.name).expect("a string takes text");
        }
    }
    text
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
