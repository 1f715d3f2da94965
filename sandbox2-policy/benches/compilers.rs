//! What the compilers of seccomp filters make of other people's policies, side by side: ours, seccompiler, libseccomp as it
//! comes and with `optimize=2`, and kafel.
//!
//! ```text
//! cargo bench -p sandbox2-policy --bench compilers
//! SANDBOX2_KAFEL=/path/to/libkafel.so cargo bench -p sandbox2-policy --bench compilers    # with kafel
//! ```
//!
//! Lengths and paths are counted. Times are medians over rounds in which all compilers take turns, in a child of this process
//! each; the calls are made for real, and what they take without a filter is subtracted. docs/CODEGEN.md explains the columns.

#[path = "../tests/rivals/mod.rs"]
mod rivals;

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rivals::figures::{figures, mismatches};
use rivals::probes::{Probe, allowed};
use rivals::{Compiler, FIXTURES, Made, built, meaning};
use sandbox2_policy::Arch;
use sandbox2_policy::insn::{Insn, SeccompData};
use sandbox2_policy::meaning::{Cond, Meaning};
use sandbox2_policy::reference::evaluate;
use sandbox2_policy::tables;
use sandbox2_policy::validate::validate;

/// How often each measurement is made.
const ROUNDS: usize = 60;
/// Calls of one measurement.
const CALLS: usize = 20_000;
/// How often a policy is compiled for one measurement.
const COMPILATIONS: u32 = 5;

/// Calls that do no harm and little work in a child whatever their arguments, with a descriptor that is not open.
const HARMLESS: [&str; 7] = ["personality", "ioctl", "fcntl", "madvise", "mprotect", "prlimit64", "umask"];

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    if Arch::native() != Some(Arch::X86_64) {
        println!("skipped: the policies are compared on x86_64, which this machine is not");
        return;
    }
    println!(
        "{:20} {:17} {:>6} {:>7} {:>6} {:>7} {:>7} {:>8} {:>9} {:>10} {:>10}  remarks",
        "policy",
        "compiler",
        "insns",
        "longest",
        "mean",
        "checked",
        "cached",
        "ns/call",
        "emulated",
        "install µs",
        "compile µs"
    );
    for name in FIXTURES {
        compare(name);
    }
}

fn compare(name: &str) {
    let built = built(name);
    let meaning = meaning(&built);
    let calls = harmless(meaning);
    let mut entries = Vec::new();
    for compiler in Compiler::ALL {
        match compiler.compile(meaning) {
            Ok(made) => entries.push(Entry { compiler, made, calls: vec![], install: vec![], compile: vec![] }),
            Err(reason) => println!("{name:20} {:17} {reason}", compiler.name()),
        }
    }
    let mut floor = Vec::new();
    for round in 0..ROUNDS {
        floor.push(measure(None, &calls).0);
        // Whoever comes first finds the caches colder.
        let first = round % entries.len();
        entries.rotate_left(first);
        for entry in &mut entries {
            let (each, install) = measure(Some(&entry.made.program), &calls);
            entry.calls.push(each);
            entry.install.push(install);
        }
        entries.rotate_right(first);
    }
    for _ in 0..ROUNDS {
        for entry in &mut entries {
            entry.compile.push(compile_time(entry.compiler, meaning));
        }
    }
    let floor = median(floor);
    for entry in entries {
        print(name, meaning, entry, floor);
    }
}

struct Entry {
    compiler: Compiler,
    made: Made,
    calls: Vec<f64>,
    install: Vec<f64>,
    compile: Vec<f64>,
}

fn print(name: &str, meaning: &Meaning, entry: Entry, floor: f64) {
    let figures = figures(meaning, &entry.made.program);
    let found = mismatches(meaning, entry.compiler, &entry.made);
    let mut remarks = Vec::new();
    if !entry.made.left_out.is_empty() {
        remarks.push(format!("cannot say {} calls", entry.made.left_out.len()));
    }
    if found.foreign > 0 {
        remarks.push("no guard for x32 or foreign calls".to_owned());
    }
    if found.upper_halves > 0 {
        remarks.push("looks at bits that the kernel ignores".to_owned());
    }
    if found.unexplained > 0 {
        remarks.push(format!("{} verdicts differ!", found.unexplained));
    }
    println!(
        "{name:20} {:17} {:6} {:7} {:6.1} {:7} {:6.0}% {:8.1} {:9} {:10.1} {:10.1}  {}",
        entry.compiler.name(),
        figures.instructions,
        figures.longest,
        figures.mean,
        figures.checked,
        figures.share(),
        median(entry.calls) - floor,
        figures.installing,
        median(entry.install) / 1000.0,
        median(entry.compile) / 1000.0,
        remarks.join(", "),
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Allowed calls of the policy whose arguments are looked at, and that can be made for real, over and over.
fn harmless(meaning: &Meaning) -> Vec<SeccompData> {
    let looked_at = |nr: u32| meaning.rules(nr).iter().any(|rule| rule.cond != Cond::True);
    let mut calls = Vec::new();
    for (nr, probes) in allowed(meaning) {
        let name = tables::syscall_by_number(meaning.arch, nr).map_or("", |call| call.name);
        if looked_at(nr) && HARMLESS.contains(&name) {
            calls.extend(probes.iter().take(4).map(|probe| without_descriptor(meaning, name, probe)));
        }
    }
    assert!(!calls.is_empty(), "the policy looks at no argument of {HARMLESS:?}");
    calls
}

/// With a descriptor that is not open, if the policy lets it.
fn without_descriptor(meaning: &Meaning, name: &str, probe: &Probe) -> SeccompData {
    let mut data = probe.data;
    if name == "ioctl" || name == "fcntl" {
        data.args[0] = u64::from(u32::MAX);
        assert!(evaluate(meaning, &data, &[]).action.permits(), "{name} of the descriptor -1 is not allowed");
    }
    data
}

/// Nanoseconds for each compilation; ours is proved as well, as `policy!` does.
fn compile_time(compiler: Compiler, meaning: &Meaning) -> f64 {
    let start = Instant::now();
    for _ in 0..COMPILATIONS {
        let made = compiler.compile(black_box(meaning)).expect("it compiled before");
        if compiler == Compiler::Ours {
            prove(meaning);
        }
        black_box(made);
    }
    nanoseconds(start.elapsed()) / f64::from(COMPILATIONS)
}

fn prove(meaning: &Meaning) {
    let supervision = sandbox2_policy::Supervision::Standalone;
    let program = sandbox2_policy::compile::compile(meaning, supervision, &[]).expect("it compiled before");
    validate(black_box(meaning), &program).expect("what is compiled is proved");
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// In a child: installs the program, if there is one, and makes the calls. Nanoseconds for each call, and for the installation.
fn measure(program: Option<&[Insn]>, calls: &[SeccompData]) -> (f64, f64) {
    // SAFETY: a new mapping, at a place of the kernel's choice.
    let page = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    assert_ne!(page, libc::MAP_FAILED, "a page can be had");
    // SAFETY: the page is zero, aligned, as large as two of them, and lives until the end of this function.
    let times = unsafe { &*page.cast::<[AtomicU64; 2]>() };
    // SAFETY: this process has one thread.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "a child can be had");
    if child == 0 {
        in_child(program, calls, times);
        // SAFETY: ends this process; if the filter forbids that, the filter does.
        unsafe { libc::syscall(libc::SYS_exit_group, 0) };
    }
    let mut status = 0;
    // SAFETY: the child is ours, and `status` is an int.
    let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(waited, child);
    let [each, install] = [0, 1].map(|index: usize| times[index].load(Ordering::Acquire));
    assert!(each > 0, "the child did not come to the end: wait status {status:#x}");
    // SAFETY: ours, and nobody refers to it any more.
    unsafe { libc::munmap(page, 4096) };
    (each as f64 / 1000.0, install as f64)
}

fn in_child(program: Option<&[Insn]>, calls: &[SeccompData], times: &[AtomicU64; 2]) {
    if let Some(program) = program {
        let header = libc::sock_fprog {
            len: u16::try_from(program.len()).expect("the kernel takes 4096 instructions at most"),
            filter: program.as_ptr().cast::<libc::sock_filter>().cast_mut(),
        };
        // SAFETY: takes numbers alone.
        unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
        let start = Instant::now();
        // SAFETY: `Insn` has the layout of `sock_filter`, and the kernel only reads.
        let installed =
            unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const header) };
        times[1].store(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
        if installed != 0 {
            return;
        }
    }
    let start = Instant::now();
    for data in calls.iter().cycle().take(CALLS) {
        let [a, b, c, d, e, f] = data.args;
        // SAFETY: a harmless call, see `HARMLESS`; its addresses are no addresses, and the kernel says so.
        black_box(unsafe { libc::syscall(data.nr.into(), a, b, c, d, e, f) });
    }
    let each = nanoseconds(start.elapsed()) / CALLS as f64;
    times[0].store((each * 1000.0).max(1.0) as u64, Ordering::Release);
}
