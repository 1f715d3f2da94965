//! The groups for Rust programs as tested facts: real programs do their work with them and fail without.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use sandbox2::{Executor, Outcome, Policy, Sandbox2, Status};
use sandbox2_tests::scratch::Scratch;
use sandbox2_tests::{host, sandboxees};

/// Runs `program` so that it does `what`; what it printed comes back too.
fn run(program: &Path, what: &str, policy: &str, prepare: impl FnOnce(Executor) -> Executor) -> (Outcome, String) {
    let policy = Policy::parse(policy).unwrap_or_else(|errors| panic!("{errors}"));
    let executor = Executor::new(program, ["rust", what]).stderr(sandbox2::Stdio::null());
    let mut executor = prepare(executor);
    let mut output = executor.ipc_mut().receive_fd(1).expect("standard output is free");
    let running = Sandbox2::new(executor, policy).run_async().unwrap_or_else(|error| panic!("{error:#}"));
    let mut text = String::new();
    output.read_to_string(&mut text).expect("the output is text");
    (running.await_result(), text)
}

/// Both ways of linking, each with the group for its start.
fn each(mut check: impl FnMut(&Path, &str, &dyn Fn(Executor) -> Executor)) {
    if !host::can_launch() {
        return;
    }
    if let Some(program) = sandboxees::linked_statically("rust") {
        check(&program, "", &|executor| executor);
    }
    let program = sandboxees::dynamic("rust");
    check(&program, "use dynamic_startup;", &|executor| executor.libraries(&program));
}

fn works(outcome: &Outcome, text: &str) {
    assert!(outcome.is_ok() && text == "done\n", "{outcome:#}\n{text}");
}

fn stopped_at(outcome: &Outcome, calls: &[&str]) {
    let call = outcome.violation().and_then(|violation| violation.syscall.as_deref());
    assert!(call.is_some_and(|call| calls.contains(&call)), "{outcome:#}");
}

#[test]
fn rust_std_is_what_a_program_needs_from_its_start_to_its_end() {
    each(|program, startup, prepare| {
        let (outcome, text) = run(program, "std", &format!("{startup} use rust_std;"), prepare);
        works(&outcome, &text);
        let without = format!("{startup} use static_startup, exit, write, time;");
        let (outcome, _) = run(program, "std", &without, prepare);
        assert!(!outcome.is_ok(), "{outcome:#}");
    });
}

#[test]
fn rust_panic_is_what_a_panic_needs() {
    each(|program, startup, prepare| {
        let traced = |executor: Executor| prepare(executor).env("RUST_BACKTRACE", "1");
        let with = format!("{startup} use rust_std, rust_panic;");
        let without = format!("{startup} use rust_std;");
        // The sandboxees are built to abort.
        for what in ["panic", "abort"] {
            let (outcome, _) = run(program, what, &with, traced);
            assert!(matches!(outcome.status, Status::Signaled { signal: libc::SIGABRT, .. }), "{what}: {outcome:#}");
            let (outcome, _) = run(program, what, &without, traced);
            stopped_at(&outcome, &["getcwd", "tgkill", "tkill", "rt_sigaction"]);
        }
    });
}

#[test]
fn threads_is_what_threads_need() {
    each(|program, startup, prepare| {
        let (outcome, text) = run(program, "threads", &format!("{startup} use rust_std, threads;"), prepare);
        works(&outcome, &text);
        let (outcome, _) = run(program, "threads", &format!("{startup} use rust_std;"), prepare);
        stopped_at(&outcome, &["clone", "mmap", "mprotect"]);
    });
}

#[test]
fn threads_makes_no_process() {
    let policy = Policy::parse("use threads, tokio, rust_std, rust_panic;").unwrap_or_else(|errors| panic!("{errors}"));
    sandbox2::assert_allows!(policy, clone(0x3d0f00, _, _, _, _));
    // fork, vfork, and a thread that shares less.
    sandbox2::assert_denies!(policy, clone([0x1200011, 0x4111, 17, 0x3d0e00, 0x3d0f00 | 0x1000_0000]), KILL);
    sandbox2::assert_denies!(policy, clone3(_, _), ERRNO(ENOSYS));
}

#[test]
fn tokio_is_what_its_runtime_needs() {
    if !host::can_launch() {
        return;
    }
    let program = Path::new(env!("CARGO_BIN_EXE_tokio_runtime"));
    let prepare = |executor: Executor| executor.libraries(program).file("/proc/version");
    let files = "use dynamic_startup, rust_std, signals;";
    let (outcome, text) = run(program, "all", &format!("{files} use tokio;"), prepare);
    works(&outcome, &text);
    let (outcome, _) = run(program, "all", &format!("{files} use threads;"), prepare);
    stopped_at(&outcome, &["epoll_create1", "eventfd2", "socketpair", "fcntl"]);
}

/// A program in C, compiled with those flags; `None`, said aloud, if there is no compiler that can.
fn in_c(folder: &Scratch, source: &str, flags: &[&str]) -> Option<std::path::PathBuf> {
    let (file, program) = (folder.0.join("program.c"), folder.0.join("program"));
    std::fs::write(&file, source).expect("the folder can be written to");
    let compiled = Command::new("cc").args(flags).arg("-o").arg(&program).arg(&file).output();
    if compiled.is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    host::skip(&format!("no C compiler with {flags:?}"));
    None
}

#[test]
fn llvm_sanitizers_is_what_a_sanitized_program_needs() {
    if !host::can_launch() {
        return;
    }
    let source = "#include <stdlib.h>\n#include <stdio.h>\nint main(int n, char **a) {\n\
                  char *p = malloc(10); p[n > 2 ? 10 : 0] = 1; free(p); puts(\"done\"); return 0; }\n";
    for sanitizer in ["-fsanitize=address", "-fsanitize=undefined"] {
        let folder = Scratch::new("sanitizer");
        let Some(program) = in_c(&folder, source, &[sanitizer]) else { continue };
        let prepare =
            |executor: Executor| executor.libraries(&program).dir("/proc").env("ASAN_OPTIONS", "detect_leaks=0");
        let with = "use llvm_sanitizers, system_malloc, write;";
        let (outcome, text) = run(&program, "all", with, prepare);
        works(&outcome, &text);
        if sanitizer == "-fsanitize=address" {
            let (outcome, text) = run(&program, "all", with, |executor| prepare(executor).arg("overflow"));
            assert!(matches!(outcome.status, Status::Exited { code: 1 }) && text.is_empty(), "{outcome:#}\n{text}");
            let (outcome, _) = run(&program, "all", "use dynamic_startup, system_malloc, write, exit;", prepare);
            assert!(!outcome.is_ok(), "{outcome:#}");
        }
    }
}

#[test]
fn llvm_coverage_is_what_writing_a_profile_needs() {
    if !host::can_launch() {
        return;
    }
    let folder = Scratch::new("coverage");
    let program = folder.0.join("program");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/sandboxees/rust.rs");
    let compiled = Command::new("rustc")
        .args(["--edition=2024", "-Cinstrument-coverage", "-o"])
        .arg(&program)
        .arg(source)
        .output()
        .is_ok_and(|output| output.status.success());
    if !compiled {
        return host::skip("no rustc that can instrument a program for coverage");
    }
    let profiles = folder.0.join("profiles");
    std::fs::create_dir(&profiles).expect("the folder can be written to");
    let prepare = |executor: Executor| {
        executor.libraries(&program).dir_rw_at(&profiles, "/profiles").env("LLVM_PROFILE_FILE", "/profiles/%m.profraw")
    };
    let (outcome, text) = run(&program, "std", "use dynamic_startup, rust_std, llvm_coverage;", prepare);
    works(&outcome, &text);
    let written = std::fs::read_dir(&profiles).expect("the folder can be read").count();
    assert_eq!(written, 1);
    let (outcome, _) = run(&program, "std", "use dynamic_startup, rust_std;", prepare);
    stopped_at(&outcome, &["prctl", "mkdir", "mkdirat", "fcntl", "ftruncate", "mmap"]);
}
