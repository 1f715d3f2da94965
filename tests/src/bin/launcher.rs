//! A host that launches one sandboxee, for whoever watches it doing so and makes its calls fail. Arguments: how to launch, the
//! program, which is `reporter`, and a folder with a `read-only`, a `writable` and a `mountpoint` in the first.
//!
//! It says that it is ready and waits for a line, marks the beginning and the end of the launch by a call that nobody makes, and says in JSON what came of it, what
//! the sandboxee saw, and what it had itself before and after.

use std::collections::BTreeMap;
use std::fs;
use std::io::{PipeWriter, Read as _};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use sandbox2::{Executor, LaunchServer, Sandbox2, SetupError};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

sandbox2::policy! {
    /// Everything, but one call that has another answer than the kernel would give.
    static ANYTHING;

    danger { default ALLOW; }
    use map_exec;
    ERRNO(ENOKEY) getpriority;
    hostname "launched";
    tmpfs "/tmp" size 1M;
    dir "/proc";
    file "/dev/null";
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, kind, program, folder] = arguments.as_slice() else { return Err("kind, program and folder".into()) };
    let launch = Launch { kind, program: Path::new(program), folder: Path::new(folder) };
    leave_doors_open()?;
    let before = holdings()?;
    println!("ready");
    std::io::stdin().read_line(&mut String::new())?;

    let (mut seen, stdout) = std::io::pipe()?;
    let file: OwnedFd = fs::File::open("/proc/version")?.into();
    mark(1);
    let status = launch.run(stdout, file).unwrap_or_else(|error| failed(&error));
    mark(2);
    let mut report = String::new();
    seen.read_to_string(&mut report)?;
    drop(seen);
    let after = holdings()?;
    println!("{}", json!({"status": status, "report": launch.general(&report)?, "before": before, "after": after}));
    Ok(())
}

/// What a sandboxee must not have from its host: a mask of files, signals that are ignored and blocked, a keyring, a descriptor
/// that every program would inherit. And a signal that interrupts whatever the host waits in.
fn leave_doors_open() -> Result<()> {
    extern "C" fn heard(_: i32) {}
    // SAFETY: takes a number.
    unsafe { libc::umask(0o077) };
    // SAFETY: nothing here depends on that signal.
    unsafe { libc::signal(libc::SIGUSR2, libc::SIG_IGN) };
    // SAFETY: a structure of numbers, for which zeros are valid: no flag, so no call is made again after a signal.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = heard as extern "C" fn(i32) as usize;
    // SAFETY: the handler does nothing.
    let handled = unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) };
    // SAFETY: as above; no signal is in it.
    let mut blocked: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is a local.
    unsafe { libc::sigaddset(&raw mut blocked, libc::SIGWINCH) };
    // SAFETY: the kernel reads a local.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const blocked, std::ptr::null_mut()) };
    // SAFETY: the name ends with a zero. A kernel without keys has none to hide.
    unsafe { libc::syscall(libc::SYS_keyctl, 1, c"the-host".as_ptr()) };
    // SAFETY: the number is free; it stays open until this program ends.
    let leaked = unsafe { libc::dup2(0, 613) };
    if handled != 0 || leaked != 613 {
        return Err(std::io::Error::last_os_error().into());
    }
    Ok(())
}

/// A call that is none, to be seen from outside.
fn mark(which: u32) {
    // SAFETY: takes two numbers, of which the kernel refuses the first.
    unsafe { libc::getpriority(1234, which) };
}

struct Launch<'a> {
    kind: &'a str,
    program: &'a Path,
    folder: &'a Path,
}

impl Launch<'_> {
    fn run(&self, stdout: PipeWriter, file: OwnedFd) -> std::result::Result<Value, SetupError> {
        let mode = if self.kind == "itself" { "itself" } else { "filtered" };
        let forks = match self.kind {
            "forked" => Some(Executor::new(self.program, ["reporter", self.kind]).start_fork_server()?),
            _ => None,
        };
        let executor = match &forks {
            Some(forks) => Executor::from_fork_server(forks),
            None => Executor::new(self.program, ["reporter", mode]).libraries(self.program),
        };
        let executor = executor
            .dir_at(self.folder.join("read-only"), "/read-only")
            .tmpfs("/read-only/mountpoint", 1 << 20)
            .dir_rw_at(self.folder.join("writable"), "/writable")
            .cwd("/writable")
            .stdout(stdout)
            .stdin(file);
        let server = if self.kind == "served" { Some(LaunchServer::start()?) } else { None };
        let executor = match &server {
            Some(server) => executor.launched_by(server),
            None => executor,
        };
        let mut executor = executor.sandbox_before_exec(matches!(self.kind, "filtered" | "served"));
        executor.limits_mut().set_file_size(1 << 20).set_open_files(1050).set_cpu(Duration::from_secs(60));
        let outcome = Sandbox2::new(executor, &ANYTHING).run();
        Ok(serde_json::to_value(&outcome.status).unwrap_or_else(|error| json!(error.to_string())))
    }

    /// The report with the folder called so, and each namespace the host's or its own.
    fn general(&self, report: &str) -> Result<String> {
        let report = report.replace(&self.folder.display().to_string(), "FOLDER");
        let mut lines = Vec::new();
        for line in report.lines() {
            match line.strip_prefix("namespace ").and_then(|link| Some((link, link.split_once(':')?.0))) {
                Some((link, kind)) => {
                    let host = fs::read_link(format!("/proc/self/ns/{kind}"))?;
                    let whose = if host.display().to_string() == link { "the host's" } else { "its own" };
                    lines.push(format!("namespace {kind}: {whose}"));
                }
                None => lines.push(line.to_owned()),
            }
        }
        Ok(lines.join("\n"))
    }
}

fn failed(error: &SetupError) -> Value {
    let mut status = serde_json::to_value(error).unwrap_or_else(|error| json!({"message": error.to_string()}));
    if let Some(status) = status.as_object_mut() {
        status.insert("kind".to_owned(), json!("setup_failed"));
    }
    status
}

/// Descriptors, threads, children that are alive or were not waited for, and mounts.
fn holdings() -> Result<Value> {
    let mut descriptors = BTreeMap::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        let path = entry?.path();
        // The one that this reads is gone by now.
        if let Ok(behind) = fs::read_link(&path) {
            descriptors.insert(path.display().to_string(), behind.display().to_string());
        }
    }
    let me = std::process::id().to_string();
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else { continue };
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
        if parent == Some(&me) {
            let state = if stat.contains(") Z ") { "a zombie" } else { "alive" };
            children.push(format!("{} {state}", stat.split(')').next().unwrap_or_default()));
        }
    }
    Ok(json!({
        "descriptors": descriptors,
        "threads": fs::read_dir("/proc/self/task")?.count(),
        "children": children,
        "mounts": fs::read_to_string("/proc/self/mountinfo")?,
    }))
}
