//! Prints every system call of a program, decoded, with what it returned: like `strace(1)`, through the monitor of a sandbox.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin trace -- [--ro PATH]... [--summary] [--] PROGRAM [ARGUMENT]...
//!
//!   --ro PATH         PATH is visible inside, read-only; so are the program's libraries, and paths among the arguments that exist
//!   --summary         how often each call was made and failed, instead
//! ```
//!
//! The program runs in its sandbox as ever: it sees no more than it is shown. Its policy asks the host about every call, and the host lets each one
//! proceed. The lines go to standard error. The exit status is the program's; 2 if it did not end by itself; 1 if nothing could be run.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use sandbox2::{Executor, Handlers, Monitor, Observer, Outcome, Returned, Sandbox2};

sandbox2::policy! {
    /// Every call is the host's to decide.
    static TRACED;

    default NOTIFY;
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("trace: {error}");
            ExitCode::from(1)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let mut visible: Vec<PathBuf> = Vec::new();
    let mut summary = false;
    let mut args = env::args_os().skip(1).peekable();
    while let Some(option) = args.next_if(|arg| arg.as_encoded_bytes().starts_with(b"--")) {
        match option.to_str() {
            Some("--") => break,
            Some("--ro") => visible.push(args.next().ok_or("--ro needs a path")?.into()),
            Some("--summary") => summary = true,
            _ => return Err(format!("no such option: {}", option.display()).into()),
        }
    }
    let command: Vec<_> = args.collect();
    let program = command.first().ok_or("which program? trace [--ro PATH]... PROGRAM [ARGUMENT]...")?.clone();
    visible.extend(command.iter().skip(1).map(PathBuf::from).filter(|path| is_plain(path) && path.exists()));
    visible.sort();
    visible.dedup();

    let mut executor = Executor::new(&program, command).libraries(&program);
    for path in &visible {
        executor = if path.is_dir() { executor.dir(path) } else { executor.file(path) };
    }
    let printer = Arc::new(Printer { summary, calls: Mutex::default() });
    let handlers = Handlers::new().otherwise(move |call| {
        if !summary && matches!(call.name(), Some("exit" | "exit_group")) {
            // These do not return.
            eprintln!("[{}] {} = ?", call.thread(), *call);
        }
        Ok(call.proceed_and_inspect())
    });
    // What a call has returned only this monitor sees.
    let sandbox = Sandbox2::new(executor, &TRACED).monitor(Monitor::Ptrace).handlers(handlers);
    let outcome = sandbox.observer(Arc::clone(&printer)).run();
    match outcome.exit_code() {
        Some(code) => Ok(ExitCode::from(u8::try_from(code)?)),
        None => Ok(ExitCode::from(2)),
    }
}

/// Whether a path can be shown inside at its own place.
fn is_plain(path: &Path) -> bool {
    path.is_absolute() && path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)))
}

/// Prints what it hears of.
struct Printer {
    summary: bool,
    /// How often each call was made, and failed.
    calls: Mutex<BTreeMap<String, (u64, u64)>>,
}

impl Observer for Printer {
    fn returned(&self, call: &Returned) {
        if !self.summary {
            eprintln!("[{}] {call}", call.thread);
            return;
        }
        let name = call.syscall.clone().unwrap_or_else(|| format!("syscall_{}", call.number));
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let (made, failed) = calls.entry(name).or_default();
        *made += 1;
        *failed += u64::from((-4095..0).contains(&call.value));
    }

    fn signal(&self, thread: u32, signal: i32) {
        if !self.summary {
            eprintln!("[{thread}] --- signal {signal} ---");
        }
    }

    fn finished(&self, outcome: &Outcome) {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if !calls.is_empty() {
            eprintln!("{:>8} {:>8}  call", "made", "failed");
        }
        let mut calls: Vec<_> = calls.iter().collect();
        calls.sort_by_key(|(_, (made, _))| std::cmp::Reverse(*made));
        for (name, (made, failed)) in calls {
            eprintln!("{made:>8} {failed:>8}  {name}");
        }
        eprintln!("+++ {outcome} +++");
    }
}
