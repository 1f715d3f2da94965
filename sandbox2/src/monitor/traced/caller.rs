//! A task that waits in a call, as a handler sees it.
//!
//! The task can be killed at any moment, and its number be another's then. So everything goes through its directory in `/proc`,
//! opened while it was stopped and not yet reaped: that is the task's for good, and leads nowhere once it is gone.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;

use super::findings::Findings;
use crate::handlers::Caller;
use crate::sys;
use crate::sys::{calls, notify};

/// A stopped task.
#[derive(Debug)]
pub(super) struct Task {
    tid: i32,
    directory: OwnedFd,
}

fn gone() -> io::Error {
    io::Error::from_raw_os_error(libc::ESRCH)
}

impl Task {
    /// It must be a tracee that nobody has reaped.
    pub(super) fn open(tid: i32) -> io::Result<Task> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let directory = nix::fcntl::open(format!("/proc/{tid}").as_str(), flags, Mode::empty())?;
        Ok(Task { tid, directory })
    }

    fn file(&self, name: &str, flags: OFlag) -> io::Result<File> {
        match openat(&self.directory, name, flags | OFlag::O_CLOEXEC, Mode::empty()) {
            Ok(file) => Ok(file.into()),
            Err(Errno::ENOENT) => Err(gone()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// Up to `len` bytes at `address`: as many as can be read.
    pub(super) fn read(&self, address: u64, len: usize) -> io::Result<Vec<u8>> {
        let memory = self.file("mem", OFlag::O_RDONLY)?;
        let mut bytes = vec![0; len];
        let mut done = 0;
        while done < len {
            let Some(from) = address.checked_add(done as u64) else { break };
            match memory.read_at(&mut bytes[done..], from) {
                // There is nothing more, or no process any more.
                Ok(0) | Err(_) => break,
                Ok(read) => done += read,
            }
        }
        bytes.truncate(done);
        Ok(bytes)
    }

    /// A string without its final zero, at most `limit` bytes, and whether there was more; `None` if nothing can be read.
    pub(super) fn text(&self, address: u64, limit: usize) -> Option<(Vec<u8>, bool)> {
        let mut bytes = self.read(address, limit.saturating_add(1)).ok().filter(|bytes| !bytes.is_empty())?;
        if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
            bytes.truncate(end);
            return Some((bytes, false));
        }
        bytes.truncate(limit);
        Some((bytes, true))
    }

    fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()> {
        let fault = || io::Error::from_raw_os_error(libc::EFAULT);
        let maps = self.file("maps", OFlag::O_RDONLY)?;
        // The memory can be written to where the task itself may not.
        if !notify::covers(BufReader::new(maps), address, bytes.len())? {
            return Err(fault());
        }
        self.file("mem", OFlag::O_WRONLY)?.write_all_at(bytes, address).map_err(|_| fault())
    }

    fn descriptor(&self, number: i32) -> io::Result<OwnedFd> {
        let failed = |sys::Errno(errno)| io::Error::from_raw_os_error(errno);
        let process = match calls::pidfd_open_thread(self.tid) {
            Ok(thread) => thread,
            Err(sys::Errno(libc::EINVAL)) => calls::pidfd_open(self.leader()?).map_err(failed)?,
            Err(errno) => return Err(failed(errno)),
        };
        // As the task lives now, it lived then, and the number was its own.
        self.status()?;
        calls::pidfd_getfd(process.as_raw_fd(), number).map_err(failed)
    }

    fn status(&self) -> io::Result<String> {
        let mut text = Vec::new();
        self.file("status", OFlag::O_RDONLY)?.take(1 << 16).read_to_end(&mut text).map_err(|_| gone())?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// The process that it is a thread of.
    fn leader(&self) -> io::Result<i32> {
        let status = self.status()?;
        let leader = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
        leader.filter(|leader| *leader > 0).ok_or_else(gone)
    }
}

/// A task whose call a handler decides about.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) task: Task,
    pub(super) call: String,
    pub(super) findings: Arc<Findings>,
}

impl Caller for Asking {
    fn thread(&self) -> u32 {
        u32::try_from(self.task.tid).unwrap_or(0)
    }

    fn read(&self, address: u64, len: usize) -> io::Result<Vec<u8>> {
        self.task.read(address, len)
    }

    fn write(&self, address: u64, bytes: &[u8]) -> io::Result<()> {
        self.task.write(address, bytes)
    }

    fn descriptor(&self, number: i32) -> io::Result<OwnedFd> {
        self.task.descriptor(number)
    }

    /// Only a listener can do that.
    fn install(&self, _: BorrowedFd<'_>, _: Option<i32>, _: bool) -> io::Result<i32> {
        self.findings.failed(&self.call, "the ptrace monitor cannot give the sandboxee a descriptor");
        Err(io::Error::from_raw_os_error(libc::ENOSYS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Task {
        Task::open(std::process::id().cast_signed()).unwrap()
    }

    #[test]
    fn memory_is_read_up_to_where_there_is_none_and_written_where_the_task_itself_may() {
        let mut bytes = b"hello\0more".to_vec();
        let address = bytes.as_mut_ptr().expose_provenance() as u64;
        let task = own();
        assert_eq!(task.read(address, 5).unwrap(), b"hello");
        assert_eq!(task.text(address, 100), Some((b"hello".to_vec(), false)));
        assert_eq!(task.text(address, 3), Some((b"hel".to_vec(), true)));
        assert_eq!((task.text(8, 10), task.read(8, 10).unwrap()), (None, vec![]));
        assert!(task.read(u64::MAX - 2, 100).unwrap().is_empty());
        task.write(address, b"J").unwrap();
        assert_eq!(task.read(address, 1).unwrap(), b"J");
        bytes.clear();
        let constant = "never written to".as_ptr().addr() as u64;
        assert_eq!(task.write(constant, b"x").unwrap_err().raw_os_error(), Some(libc::EFAULT));
        assert_eq!(task.write(8, b"x").unwrap_err().raw_os_error(), Some(libc::EFAULT));
    }

    #[test]
    fn a_descriptor_can_be_taken_and_one_that_is_not_there_cannot() {
        let file = File::open("/dev/null").unwrap();
        assert!(own().descriptor(file.as_raw_fd()).is_ok());
        assert_eq!(own().descriptor(-1).unwrap_err().raw_os_error(), Some(libc::EBADF));
    }

    #[test]
    fn a_task_that_is_gone_leads_nowhere() {
        let mut child = std::process::Command::new("/bin/true").spawn().unwrap();
        let task = Task::open(child.id().cast_signed()).unwrap();
        child.wait().unwrap();
        for result in [task.read(8, 1).map(drop), task.write(8, b"x"), task.descriptor(0).map(drop)] {
            assert_eq!(result.unwrap_err().raw_os_error(), Some(libc::ESRCH));
        }
    }
}
