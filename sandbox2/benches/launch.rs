//! How long it takes from a launch to its outcome, as a multiple of starting the same program without a sandbox.
//!
//! The floor and every variant are measured in turn, so that whatever else the machine does falls on all of them.
//!
//! ```text
//! cargo bench -p sandbox2 --bench launch            # 1000 rounds
//! SANDBOX2_BENCH_ROUNDS=200 SANDBOX2_BENCH_PROGRAM=/path/to/static/binary cargo bench -p sandbox2 --bench launch
//! ```
//!
//! Promised, for an empty static binary: at most 4.0 times with every namespace and mounts, at most 2.6 times with the
//! host's network.

use std::ffi::CString;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sandbox2::{Arch, Executor, Policy, Sandbox2};

sandbox2::policy! {
    static EVERYTHING;
    use static_startup, system_malloc, exit;
    dir "/usr";
    dir "/proc";
    tmpfs "/tmp" size 1M;
}

sandbox2::policy! {
    static HOST_NETWORK;
    use static_startup, system_malloc, exit;
    dir "/usr";
    dir "/proc";
    tmpfs "/tmp" size 1M;
    network host;
}

sandbox2::policy! {
    static NO_MOUNT;
    use static_startup, system_malloc, exit;
}

sandbox2::policy! {
    static NO_MOUNT_HOST_NETWORK;
    use static_startup, system_malloc, exit;
    network host;
}

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let rounds = std::env::var("SANDBOX2_BENCH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1000);
    let (program, what) = program();
    let variants = [
        ("every namespace, three mounts", Some(4.0), &EVERYTHING),
        ("network host, three mounts", Some(2.6), &HOST_NETWORK),
        ("every namespace, no mount", None, &NO_MOUNT),
        ("network host, no mount", None, &NO_MOUNT_HOST_NETWORK),
    ];
    let mut floor = Vec::with_capacity(rounds);
    let mut samples = vec![Vec::with_capacity(rounds); variants.len()];
    for _ in 0..rounds {
        floor.push(timed(|| spawn_and_wait(&program)));
        for ((_, _, policy), samples) in variants.iter().zip(&mut samples) {
            samples.push(timed(|| sandboxed(&program, policy)));
        }
    }
    println!("{what}, {rounds} rounds, microseconds");
    println!("{:32} {:>8} {:>8} {:>8}  {:>6}  promised", "", "median", "p10", "p99", "x floor");
    let base = percentile(&mut floor, 50);
    println!(
        "{:32} {base:8.0} {:8.0} {:8.0}",
        "posix_spawn and waitpid",
        percentile(&mut floor, 10),
        percentile(&mut floor, 99)
    );
    for ((name, promised, _), samples) in variants.iter().zip(&mut samples) {
        let median = percentile(samples, 50);
        let promised = promised.map_or_else(String::new, |promised| format!("{promised:.1}"));
        let (low, high) = (percentile(samples, 10), percentile(samples, 99));
        println!("{name:32} {median:8.0} {low:8.0} {high:8.0}  {:6.2}  {promised}", median / base);
    }
}

fn timed(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64() * 1e6
}

fn percentile(samples: &mut [f64], percent: usize) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() * percent / 100).copied().unwrap_or(f64::NAN)
}

fn sandboxed(program: &Path, policy: &'static Policy) {
    let executor = Executor::new(program, [program]);
    let outcome = black_box(Sandbox2::new(executor, policy).run());
    assert!(outcome.is_ok(), "{outcome:#}");
}

fn spawn_and_wait(program: &Path) {
    let program = CString::new(program.as_os_str().as_encoded_bytes()).expect("a path without a null byte");
    let argv = [program.as_ptr().cast_mut(), std::ptr::null_mut()];
    let envp = [std::ptr::null_mut()];
    let (mut pid, mut status) = (0, 0);
    let (actions, attributes) = (std::ptr::null(), std::ptr::null());
    // SAFETY: null-terminated arrays of null-terminated strings; no file actions, no attributes.
    let error =
        unsafe { libc::posix_spawn(&mut pid, program.as_ptr(), actions, attributes, argv.as_ptr(), envp.as_ptr()) };
    assert_eq!(error, 0, "posix_spawn");
    // SAFETY: waits for our own child and writes one `int`.
    let waited = unsafe { libc::waitpid(pid, &mut status, 0) };
    assert_eq!((waited, status), (pid, 0), "waitpid");
}

/// The program to start: the one that was asked for; an empty static C program where there is a C compiler; or a handful
/// of instructions.
fn program() -> (PathBuf, String) {
    if let Some(program) = std::env::var_os("SANDBOX2_BENCH_PROGRAM") {
        let program = PathBuf::from(program);
        let what = program.display().to_string();
        return (program, what);
    }
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (source, program) = (dir.join("empty.c"), dir.join("empty"));
    std::fs::write(&source, "int main(void) { return 0; }\n").expect("a place to write to");
    let compiled = Command::new("cc").args(["-O2", "-static", "-o"]).arg(&program).arg(&source).status();
    if compiled.is_ok_and(|status| status.success()) {
        return (program, "an empty static C program".to_owned());
    }
    let program = dir.join("empty-elf");
    std::fs::write(&program, elf()).expect("a place to write to");
    make_executable(&program);
    (program, "a program of three instructions".to_owned())
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("our own file");
}

/// The smallest ELF file that exits with 0.
fn elf() -> Vec<u8> {
    const BASE: u64 = 0x40_0000;
    let (machine, code): (u16, &[u8]) = match Arch::native() {
        // mov eax, 231; xor edi, edi; syscall
        Some(Arch::X86_64) => (62, &[0xb8, 231, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05]),
        // mov x8, #94; mov x0, #0; svc #0
        Some(Arch::Aarch64) => (183, &[0xc8, 0x0b, 0x80, 0xd2, 0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4]),
        // li a7, 94; li a0, 0; ecall
        _ => (243, &[0x93, 0x08, 0xe0, 0x05, 0x13, 0x05, 0x00, 0x00, 0x73, 0x00, 0x00, 0x00]),
    };
    let size = 120 + code.len() as u64;
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0".to_vec();
    file.extend(machine.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    for word in [BASE + 120, 64, 0] {
        file.extend(word.to_le_bytes());
    }
    file.extend(0_u32.to_le_bytes());
    for half in [64_u16, 56, 1, 0, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    for word in [1_u32, 5] {
        file.extend(word.to_le_bytes());
    }
    for word in [0, BASE, BASE, size, size, 0x1000] {
        file.extend(word.to_le_bytes());
    }
    file.extend(code);
    file
}
