//! A broker that opens files for a program that sees none of them.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin notify -- [--allow PATH]... [--] PROGRAM [ARGUMENT]...
//!
//!   --allow PATH      the program may read this file, or whatever is below this directory; the libraries of the system always
//! ```
//!
//! The program's file system holds nothing but its own loader and libraries. When it opens a file, the host looks at the path, opens the file itself
//! if that is on the list, and puts the descriptor into the program. It prints what it was asked for. The exit status is the program's; 2 if it did not
//! end by itself, with the full report; 1 if nothing could be run.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use sandbox2::{Answer, Call, Executor, Handlers, Sandbox2};

sandbox2::policy! {
    /// What a program needs that reads files and prints; whatever would open one is the broker's affair.
    static BROKERED;

    use dynamic_startup, static_startup, system_malloc, exit, time, signals, read, write;

    override NOTIFY open?, openat;
    ERRNO(EROFS) creat?;
    ERRNO(ENOSYS) openat2;
    ALLOW close, fstat, newfstatat?, lseek, fadvise64, copy_file_range, getrandom, futex, madvise;
    ALLOW fcntl if cmd in [F_GETFD, F_SETFD, F_GETFL];
    ALLOW ioctl if cmd in [TCGETS, TIOCGWINSZ];
    ALLOW mmap if prot & PROT_EXEC == 0;
    ALLOW mremap, munmap;
}

/// Where every dynamically linked program looks for its libraries.
const LIBRARIES: [&str; 5] = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"];

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("notify: {error}");
            ExitCode::from(1)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let mut allowed: Vec<PathBuf> = LIBRARIES.iter().map(PathBuf::from).collect();
    let mut args = env::args_os().skip(1).peekable();
    while let Some(option) = args.next_if(|arg| arg.as_encoded_bytes().starts_with(b"--")) {
        match option.to_str() {
            Some("--") => break,
            Some("--allow") => allowed.push(args.next().ok_or("--allow needs a path")?.into()),
            _ => return Err(format!("no such option: {}", option.display()).into()),
        }
    }
    let command: Vec<_> = args.collect();
    let program = command.first().ok_or("which program? notify [--allow PATH]... PROGRAM [ARGUMENT]...")?.clone();
    let executor = Executor::new(&program, command).libraries(&program);

    // One handler for all the calls that open files: they differ in where the path and the flags are.
    let handlers = Handlers::new().otherwise(move |call| open(call, &allowed));
    let outcome = Sandbox2::new(executor, &BROKERED).handlers(handlers).run();
    match outcome.exit_code() {
        Some(code) => Ok(ExitCode::from(u8::try_from(code)?)),
        None => {
            eprintln!("{outcome:#}");
            Ok(ExitCode::from(2))
        }
    }
}

/// Opens the file that the call asks for, or denies it.
fn open<'call>(call: Call<'call>, allowed: &[PathBuf]) -> io::Result<Answer<'call>> {
    let name = call.name().unwrap_or_default();
    let (path, flags) = match name {
        "open" => (call.pointer(0), call.int(1)),
        _ => (call.pointer(1), call.int(2)),
    };
    // From here on the kernel will not make the call: what is behind the pointer can change at any moment.
    let call = call.inspect();
    let path = call.read_path(path)?;
    let opened = open_below(&path, OFlag::from_bits_retain(flags), allowed);
    match &opened {
        Ok(_) => eprintln!("notify: {name} {path:?}"),
        Err(error) => eprintln!("notify: {name} {path:?}: {error}"),
    }
    opened.map(Answer::descriptor)
}

/// Opens `path` for reading if it is one of those allowed, or below one.
fn open_below(path: &Path, flags: OFlag, allowed: &[PathBuf]) -> io::Result<OwnedFd> {
    if flags.intersects(OFlag::O_WRONLY | OFlag::O_RDWR | OFlag::O_CREAT | OFlag::O_TRUNC) {
        return Err(Errno::EROFS.into());
    }
    // What is relative would be relative to a directory of the program's, and `..` leads anywhere.
    let plain = path.is_absolute() && !path.components().any(|part| part == Component::ParentDir);
    let root = allowed.iter().find(|root| plain && path.starts_with(root)).ok_or(Errno::EACCES)?;
    let below = path.strip_prefix(root).unwrap_or(path);
    if below.as_os_str().is_empty() {
        return File::open(root).map(OwnedFd::from);
    }
    // Symbolic links lead nowhere else, either; those among the system's libraries are the system's own.
    let system = LIBRARIES.iter().any(|library| root == Path::new(library));
    let resolve =
        if system { ResolveFlag::empty() } else { ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_MAGICLINKS };
    let flags = OFlag::O_CLOEXEC | (flags & (OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK));
    Ok(openat2(File::open(root)?, below, OpenHow::new().flags(flags).resolve(resolve))?)
}
