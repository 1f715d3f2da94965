//! What is run: a program by path or descriptor, or a child of a fork server.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::sys::stat::{SFlag, fstat};

use crate::error::{SetupError, Stage};
use crate::forkserver::ForkServer;

/// What is run.
#[derive(Debug)]
pub(super) enum Program {
    /// A file, which is executed.
    File(Source),
    /// A process, which is forked.
    Fork(ForkServer),
}

/// Where a program's file is.
#[derive(Debug)]
pub(super) enum Source {
    Path(PathBuf),
    Fd(OwnedFd),
}

/// Opens the program and makes sure that it is one.
pub(super) fn open(program: Source, name: &Path) -> Result<OwnedFd, SetupError> {
    let failed = |errno: i32, hint: &str| {
        SetupError::new(Stage::Program, Some(errno)).with_what(name.display().to_string()).with_hint(Some(hint))
    };
    let fd = match program {
        Source::Fd(fd) => fd,
        Source::Path(path) => {
            let opened = std::fs::OpenOptions::new().read(true).custom_flags(libc::O_PATH | libc::O_CLOEXEC).open(path);
            let hint = |errno| match errno {
                libc::ENOENT | libc::ENOTDIR => "check the path: it is looked up on the host, and no PATH is searched",
                libc::EACCES => "make the program and the directories on its path accessible to the host's user",
                _ => "check the path",
            };
            opened
                .map_err(|error| {
                    let errno = error.raw_os_error().unwrap_or(libc::EINVAL);
                    failed(errno, hint(errno))
                })?
                .into()
        }
    };
    let stat = fstat(&fd).map_err(|errno| failed(errno as i32, "check the descriptor"))?;
    let kind = SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits());
    if kind == SFlag::S_IFDIR {
        return Err(failed(libc::EISDIR, "give the path of a program, not of a directory"));
    }
    if kind != SFlag::S_IFREG {
        return Err(failed(libc::EACCES, "give the path of a regular file"));
    }
    if stat.st_mode & 0o111 == 0 {
        return Err(failed(libc::EACCES, "make it executable (chmod +x)"));
    }
    if starts_as_script(fd.as_fd()) {
        let hint = "a script cannot be run by descriptor: run its interpreter, with the script's path as an argument and \
                    the script among the policy's files";
        return Err(failed(libc::ENOEXEC, hint));
    }
    Ok(fd)
}

/// Whether the file begins with `#!`. One that the host may not read is no script that it could run.
fn starts_as_script(program: BorrowedFd<'_>) -> bool {
    let path = format!("/proc/self/fd/{}", program.as_raw_fd());
    let mut start = [0; 2];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"#!"
}
