//! The files that a stopped process has code from, opened for reading.
//!
//! A name says nothing: the sandboxee chose it, and may have put something else there, or something that does harm to be opened (a pipe
//! without an end, a device). So whatever is found is first only [found](mapped::find), then held against what the kernel says was mapped
//! (a regular file with that device and inode), and only then opened. Nobody inside a sandbox can mount a file system; one of the host's
//! that does not answer holds up whoever opens its files.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use crate::report::maps::{self, Line};
use crate::sys::mapped::{self, Mapped};

use super::limits::MAX_FILE;

/// Opens the files of one process.
#[derive(Debug)]
pub(super) struct Opener {
    pid: i32,
    /// Its root.
    root: io::Result<OwnedFd>,
}

/// Why a file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("its name leads to another file")]
    Other,
    #[error("it is no regular file")]
    NotRegular,
    #[error("it has more than 4 GiB")]
    TooLarge,
    #[error("{0}")]
    System(#[from] io::Error),
}

impl Opener {
    pub(super) fn new(pid: i32) -> Opener {
        Opener { pid, root: find(format!("/proc/{pid}/root").as_ref()) }
    }

    /// The file behind that mapping.
    ///
    /// By the mapping itself, which only privileged hosts may; as the program that runs, which has a file also if it has no name (any
    /// more); by its name, as the process sees it.
    pub(super) fn open(&self, line: &Line<'_>) -> Result<File, OpenError> {
        let pid = self.pid;
        let by_mapping = find(format!("/proc/{pid}/map_files/{:x}-{:x}", line.start, line.end).as_ref());
        if let Ok(file) = by_mapping.map_err(OpenError::from).and_then(|found| open_if_it_is(&found, line)) {
            return Ok(file);
        }
        let by_program = find(format!("/proc/{pid}/exe").as_ref());
        if let Ok(file) = by_program.map_err(OpenError::from).and_then(|found| open_if_it_is(&found, line)) {
            return Ok(file);
        }
        let root = self.root.as_ref().map_err(|error| io::Error::from(error.kind()))?;
        let path = CString::new(maps::unescape(line.path)).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let found = mapped::find(root.as_fd(), &path).map_err(|errno| io::Error::from_raw_os_error(errno.0))?;
        open_if_it_is(&found, line)
    }
}

/// What is there, without opening it.
fn find(path: &Path) -> io::Result<OwnedFd> {
    OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(path).map(OwnedFd::from)
}

/// Opens what was found, for reading, if it is what was mapped.
fn open_if_it_is(found: &OwnedFd, line: &Line<'_>) -> Result<File, OpenError> {
    let path = format!("/proc/self/fd/{}", found.as_raw_fd());
    let metadata = std::fs::metadata(&path)?;
    if !metadata.is_file() {
        return Err(OpenError::NotRegular);
    }
    if metadata.len() > MAX_FILE {
        return Err(OpenError::TooLarge);
    }
    let device = (libc::major(metadata.dev()), libc::minor(metadata.dev()));
    let same = (device, metadata.ino()) == (line.device, line.inode);
    // A regular file does not wait, nor do anything else when it is opened; the flags are for what it might turn into.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY).open(path)?;
    if same || is_mapped_as(&file, line)? { Ok(file) } else { Err(OpenError::Other) }
}

/// Whether the kernel calls the file the same when we map it: on file systems that are made of others (overlayfs, btrfs), `stat` and the
/// mappings number files differently.
fn is_mapped_as(file: &File, line: &Line<'_>) -> io::Result<bool> {
    let mapped = Mapped::new(file.as_fd()).map_err(|errno| io::Error::from_raw_os_error(errno.0))?;
    let text = std::fs::read("/proc/self/maps")?;
    let mut lines = maps::lines(&text).filter_map(Result::ok);
    let ours = lines.find(|line| (line.start..line.end).contains(&mapped.address()));
    Ok(ours.is_some_and(|ours| (ours.device, ours.inode) == (line.device, line.inode)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `check` with this process's own mapping of its own program, as text that can be changed.
    fn own_program(check: impl FnOnce(Line<'_>)) {
        let text = std::fs::read("/proc/self/maps").unwrap();
        let own = opener as *const () as u64;
        let mut lines = maps::lines(&text).map(Result::unwrap);
        check(lines.find(|line| (line.start..line.end).contains(&own)).unwrap());
    }

    fn opener() -> Opener {
        Opener::new(std::process::id().cast_signed())
    }

    fn is_this_program(file: &File) -> bool {
        let (one, other) = (file.metadata().unwrap(), std::fs::metadata("/proc/self/exe").unwrap());
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }

    #[test]
    fn a_mapped_file_is_opened() {
        own_program(|line| assert!(is_this_program(&opener().open(&line).unwrap())));
    }

    #[test]
    fn a_file_without_its_name_is_opened_as_the_program() {
        own_program(|line| {
            let nameless = Line { path: b"/nowhere (deleted)", ..line };
            assert!(is_this_program(&opener().open(&nameless).unwrap()));
        });
    }

    #[test]
    fn a_name_alone_opens_nothing() {
        own_program(|line| {
            // Elsewhere in memory, so that the mapping itself does not lead to it.
            let other = Line { start: 0x1000, end: 0x2000, inode: line.inode ^ 1, ..line };
            assert!(matches!(opener().open(&other), Err(OpenError::Other)));
            let device = Line { start: 0x1000, end: 0x2000, device: (line.device.0 ^ 1, 0), ..line };
            assert!(matches!(opener().open(&device), Err(OpenError::Other)));
        });
    }

    #[test]
    fn what_is_no_regular_file_is_not_opened() {
        own_program(|line| {
            let at = |path| Line { start: 0x1000, end: 0x2000, inode: 0, path, ..line };
            assert!(matches!(opener().open(&at(b"/dev/null")), Err(OpenError::NotRegular)));
            assert!(matches!(opener().open(&at(b"/")), Err(OpenError::NotRegular)));
            // A link is not followed, and what is not there is not found.
            for path in [&b"/proc/self/exe"[..], b"/nowhere", b"[heap]", b"", b"/\0"] {
                assert!(matches!(opener().open(&at(path)), Err(OpenError::System(_))), "{path:?}");
            }
        });
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let folder = std::env::temp_dir().join(format!("sandbox2-objects-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let pipe = folder.join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let inode = std::fs::metadata(&pipe).unwrap().ino();
        let path = pipe.as_os_str().as_encoded_bytes().to_vec();
        own_program(|line| {
            let line = Line { start: 0x1000, end: 0x2000, inode, path: &path, ..line };
            assert!(matches!(opener().open(&line), Err(OpenError::NotRegular)));
        });
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn mapping_a_file_shows_how_the_kernel_calls_it() {
        own_program(|line| {
            let file = File::open("/proc/self/exe").unwrap();
            assert!(is_mapped_as(&file, &line).unwrap());
            assert!(!is_mapped_as(&file, &Line { inode: line.inode ^ 1, ..line }).unwrap());
        });
    }
}
