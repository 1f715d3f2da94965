//! Programs that the tests compile, start and stop.

use std::fs;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::sys::abi::Rusage;
use crate::sys::ptrace;

/// What a program is written in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Language {
    Rust,
    Cpp,
}

/// A compiled program, in a folder of its own that goes when it does.
#[derive(Debug)]
pub(super) struct Program {
    folder: PathBuf,
    source_name: &'static str,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn skip(reason: &str) {
    assert!(std::env::var("SANDBOX2_REQUIRE").as_deref() != Ok("all"), "may not be skipped, but: {reason}");
    eprintln!("skipped: {reason}");
}

impl Program {
    /// Compiles it; `None`, with the reason printed, where that cannot be done.
    pub(super) fn compile(language: Language, source: &str, flags: &[&str]) -> Option<Program> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (id, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("sandbox2-stacks-{id}-{count}"));
        fs::create_dir(&folder).unwrap();
        let (compiler, source_name) = match language {
            Language::Rust => ("rustc", "program.rs"),
            Language::Cpp => ("c++", "program.cc"),
        };
        let program = Program { folder, source_name };
        let source_path = program.folder.join(source_name);
        fs::write(&source_path, source).unwrap();
        let output = Command::new(compiler).args(flags).arg("-o").arg(program.path()).arg(source_path).output();
        match output {
            Ok(output) if output.status.success() => Some(program),
            Ok(output) => {
                skip(&format!("{compiler} {flags:?}: {}", String::from_utf8_lossy(&output.stderr)));
                None
            }
            Err(error) => {
                skip(&format!("{compiler}: {error}"));
                None
            }
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join("program")
    }

    pub(super) fn source_name(&self) -> &'static str {
        self.source_name
    }

    /// Starts it, up to where it has said that it is ready and waits for more.
    pub(super) fn start(&self) -> Running {
        Running::start(&self.path())
    }
}

/// A program that waits for a byte, attached to by this thread.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        // Its other threads end when we, who are attached to them, have waited for them; before that it does not.
        let mine = libc::__WNOTHREAD;
        while ptrace::wait(-1, mine, &mut Rusage::default()).is_ok_and(|(ended, _)| ended != self.pid()) {}
    }
}

impl Running {
    pub(super) fn start(path: &Path) -> Running {
        let child = Command::new(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut running = Running { child };
        running.child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        ptrace::seize(running.pid(), libc::PTRACE_O_EXITKILL).unwrap();
        running
    }

    /// Starts what is behind a descriptor.
    pub(super) fn start_fd(program: &impl AsRawFd) -> Running {
        Running::start(format!("/proc/self/fd/{}", program.as_raw_fd()).as_ref())
    }

    pub(super) fn pid(&self) -> i32 {
        self.child.id().cast_signed()
    }

    /// Stops it where it is.
    pub(super) fn interrupted(self) -> Stopped {
        ptrace::interrupt(self.pid()).unwrap();
        self.stopped()
    }

    /// Lets it go on to its crash.
    pub(super) fn crashed(mut self) -> Stopped {
        self.child.stdin.as_mut().unwrap().write_all(b"x").unwrap();
        let pid = self.pid();
        loop {
            match stop_of(pid) {
                signal @ (libc::SIGUSR1 | libc::SIGTRAP) => ptrace::go_on(pid, signal).unwrap(),
                signal => {
                    assert_eq!(signal, libc::SIGSEGV);
                    return self.here();
                }
            }
        }
    }

    fn stopped(self) -> Stopped {
        stop_of(self.pid());
        self.here()
    }

    fn here(self) -> Stopped {
        let registers = ptrace::registers(self.pid()).unwrap();
        Stopped { running: self, registers }
    }

    /// Stops all of its threads, and gives the registers of the others.
    pub(super) fn all_interrupted(self) -> (Stopped, Vec<(i32, Registers)>) {
        let pid = self.pid();
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let tids = tasks.map(|task| task.unwrap().file_name().into_string().unwrap().parse::<i32>().unwrap());
        let mut others = Vec::new();
        for tid in tids.filter(|tid| *tid != pid) {
            others.push((tid, interrupt_other(tid)));
        }
        (self.interrupted(), others)
    }
}

/// Attaches to a task, and stops it where it is.
pub(super) fn interrupt_other(tid: i32) -> Registers {
    ptrace::seize(tid, libc::PTRACE_O_EXITKILL).unwrap();
    ptrace::interrupt(tid).unwrap();
    stop_of(tid);
    ptrace::registers(tid).unwrap()
}

/// Waits for a task to stop; the signal.
fn stop_of(tid: i32) -> i32 {
    let (stopped, status) = ptrace::wait(tid, 0, &mut Rusage::default()).unwrap();
    assert_eq!(stopped, tid);
    assert!(libc::WIFSTOPPED(status), "{status:#x}");
    libc::WSTOPSIG(status)
}

/// A program that stands still.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) running: Running,
    pub(super) registers: Registers,
}

impl Stopped {
    pub(super) fn tasks(&self) -> [(i32, Registers); 1] {
        [(self.running.pid(), self.registers)]
    }

    pub(super) fn stacks(&self, options: &StackTraces) -> Vec<Stack> {
        collect(self.running.pid(), &self.tasks(), options, &Worker)
    }
}
