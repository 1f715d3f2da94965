//! Runs any program of the machine under a built-in policy and prints the outcome.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin tool -- [OPTIONS] [--] PROGRAM [ARGUMENT]...
//!
//!   --policy NAME     reader (default): reads files and writes to its standard output
//!                     quiet: like reader, but a violation of its rules for files and terminals gives an error instead
//!   --ro PATH         PATH is visible inside, read-only
//!   --rw PATH         PATH is visible inside and can be written to
//!   --time SECONDS    wall time limit (default 120)
//! ```
//!
//! Paths among the arguments that exist are visible inside, read-only, and so are the program's libraries and `/dev/null`. The exit status is the program's; 2 if it did not end by
//! itself, with the full report; 1 if nothing could be run.

use std::env;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::{Executor, Policy, Sandbox2};

sandbox2::policy! {
    /// A program that reads files and writes to its standard output.
    static READER;

    use dynamic_startup, static_startup, system_malloc, exit, time, signals, read, write, stat;

    ALLOW close, lseek, fadvise64, readahead, copy_file_range;
    ALLOW getdents?, getdents64, readlink?, readlinkat, access?, faccessat, faccessat2, getcwd, chdir, fchdir;
    ALLOW dup, dup2?, dup3, pipe?, pipe2;
    ALLOW fcntl if cmd in [F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC];
    ALLOW ioctl if cmd in [TCGETS, TIOCGWINSZ, FIONREAD];
    ALLOW mmap if prot & PROT_EXEC == 0;
    ALLOW mprotect if prot & PROT_EXEC == 0;
    ALLOW mremap, munmap, madvise, futex;
    ALLOW getpid, getppid, gettid, getuid, geteuid, getgid, getegid, getgroups, getpgid, getpgrp?;
    ALLOW uname, sysinfo, umask, getrandom, sched_getaffinity, sched_yield, nanosleep, clock_nanosleep;
    ALLOW poll?, ppoll, select?, pselect6;
    ALLOW getxattr, lgetxattr, fgetxattr, listxattr, llistxattr, flistxattr;
    ALLOW getrusage, times;
}

sandbox2::policy! {
    /// As `reader`, but what it does not allow fails with EPERM.
    static QUIET;

    default ERRNO(EPERM);

    use dynamic_startup, static_startup, system_malloc, exit, time, signals, read, write, stat;

    ALLOW close, lseek, fadvise64, getdents64, fcntl, madvise, futex, getrandom, uname, sysinfo;
    ALLOW ioctl if cmd in [TCGETS, TIOCGWINSZ, FIONREAD];
    ALLOW mmap if prot & PROT_EXEC == 0;
    ALLOW mprotect if prot & PROT_EXEC == 0;
    ALLOW mremap, munmap;
}

struct Options {
    policy: &'static Policy,
    visible: Vec<(PathBuf, bool)>,
    time: Duration,
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    match options(env::args_os().skip(1).collect()).and_then(|options| run(&options)) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("tool: {message}");
            ExitCode::from(1)
        }
    }
}

fn options(args: Vec<OsString>) -> Result<Options, String> {
    let mut options =
        Options { policy: &READER, visible: Vec::new(), time: Duration::from_secs(120), command: Vec::new() };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{} needs a value", arg.display()));
        match arg.to_str() {
            Some("--policy") => {
                options.policy = match value()?.to_str() {
                    Some("reader") => &READER,
                    Some("quiet") => &QUIET,
                    _ => return Err("the policies are reader and quiet".to_owned()),
                }
            }
            Some("--ro") => options.visible.push((value()?.into(), false)),
            Some("--rw") => options.visible.push((value()?.into(), true)),
            Some("--time") => {
                let seconds = value()?.to_str().and_then(|text| text.parse().ok());
                options.time = Duration::from_secs(seconds.ok_or("--time needs a number of seconds")?);
            }
            Some("--") => {
                options.command.extend(args);
                break;
            }
            Some(flag) if flag.starts_with("--") => return Err(format!("no such option: {flag}")),
            _ => {
                options.command.push(arg);
                options.command.extend(args);
                break;
            }
        }
    }
    if options.command.is_empty() {
        return Err("what shall be run? tool [OPTIONS] [--] PROGRAM [ARGUMENT]...".to_owned());
    }
    Ok(options)
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let here = env::current_dir().map_err(|error| format!("where are we? {error}"))?;
    let program = find(&options.command[0])?;
    let mut executor = Executor::new(&program, &options.command).libraries(&program).file_rw("/dev/null");
    if Path::new("/etc/ld.so.cache").exists() {
        executor = executor.file("/etc/ld.so.cache");
    }
    let mut visible = options.visible.clone();
    let arguments = options.command[1..].iter().map(PathBuf::from).filter(|path| path.exists());
    visible.extend(arguments.map(|path| (path, false)));
    let mut placed: Vec<PathBuf> = Vec::new();
    let mut needs_directory = false;
    for (path, writable) in visible {
        needs_directory |= path.is_relative();
        let inside = lexically(&here.join(&path));
        if inside == Path::new("/") || placed.iter().any(|above| inside.starts_with(above)) {
            continue;
        }
        executor = match (path.is_dir(), writable) {
            (true, false) => executor.dir(&inside),
            (true, true) => executor.dir_rw(&inside),
            (false, false) => executor.file(&inside),
            (false, true) => executor.file_rw(&inside),
        };
        placed.push(inside);
    }
    if needs_directory && placed.iter().any(|path| path.starts_with(&here)) {
        executor = executor.cwd(&here);
    }
    executor.limits_mut().set_wall_time(options.time);
    let outcome = Sandbox2::new(executor, options.policy).run();
    eprintln!("Final execution status: {outcome}");
    match outcome.exit_code() {
        Some(code) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(2))),
        None => {
            eprintln!("{outcome:#}");
            Ok(ExitCode::from(2))
        }
    }
}

/// The program's path: as given, or found in `PATH`.
fn find(name: &OsString) -> Result<PathBuf, String> {
    let path = Path::new(name);
    if path.components().count() > 1 {
        return Ok(path.to_owned());
    }
    let search = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&search)
        .map(|dir| dir.join(path))
        .find(|candidate| candidate.is_file())
        .ok_or(format!("{} is not in PATH", path.display()))
}

/// An absolute path without `.` and `..`, by its words alone.
fn lexically(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}
