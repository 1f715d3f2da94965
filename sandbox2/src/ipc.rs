//! Which of the host's descriptors a sandboxee gets, and under which numbers.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

/// The descriptors that a sandboxee will have.
///
/// What is mapped belongs to the sandboxee: the host's copies are closed as soon as it is launched, so that the host sees
/// the end of a stream when the sandboxee closes it or ends. Everything that is not mapped is closed in the sandboxee.
///
/// # Examples
/// ```no_run
/// use std::io::Read;
///
/// use sandbox2::Executor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut executor = Executor::new("/bin/tool", ["tool"]);
/// executor.ipc_mut().map_fd(std::fs::File::open("/proc/version")?.into(), 0)?;
/// let mut stdout = executor.ipc_mut().receive_fd(1)?;
/// // … run_async …
/// let mut text = String::new();
/// stdout.read_to_string(&mut text)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Ipc {
    mapped: BTreeMap<RawFd, OwnedFd>,
}

/// A descriptor cannot be mapped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IpcError {
    /// The number is negative or beyond what any process can have.
    #[error("{0} cannot be a descriptor number in the sandboxee; use 0 to {MAX}", MAX = Ipc::MAX_NUMBER)]
    Number(RawFd),
    /// The number is taken.
    #[error("descriptor {0} of the sandboxee is mapped already; choose another number")]
    Taken(RawFd),
    /// The system could not copy the descriptor or make the socket pair.
    #[error("cannot make descriptor {number} of the sandboxee")]
    System {
        /// The number it would have had.
        number: RawFd,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Ipc {
    /// The highest number that a mapped descriptor can have: the default of the kernel's `fs.nr_open`, less one.
    pub const MAX_NUMBER: RawFd = (1 << 20) - 1;

    /// Gives `local` to the sandboxee as its descriptor `remote`. The host's copy is closed once it is launched.
    ///
    /// # Errors
    /// If `remote` is out of range or taken; then `local` is closed.
    pub fn map_fd(&mut self, local: OwnedFd, remote: RawFd) -> Result<&mut Ipc, IpcError> {
        self.check(remote)?;
        self.mapped.insert(remote, local);
        Ok(self)
    }

    /// Gives a copy of `local` to the sandboxee as its descriptor `remote`; the caller keeps `local`.
    ///
    /// Both share one file position and one set of status flags (`dup(2)`).
    ///
    /// # Errors
    /// If `remote` is out of range or taken, or `local` cannot be copied.
    #[doc(alias = "map_duped_fd")]
    pub fn map_dup_fd(&mut self, local: BorrowedFd<'_>, remote: RawFd) -> Result<&mut Ipc, IpcError> {
        self.check(remote)?;
        let copy = local.try_clone_to_owned().map_err(|source| IpcError::System { number: remote, source })?;
        self.map_fd(copy, remote)
    }

    /// Makes a socket pair: one end becomes the sandboxee's descriptor `remote`, the other is the caller's.
    ///
    /// Both ends are close-on-exec from birth on the host's side. Reading gives the end of the stream when the last process
    /// of the sandbox has closed its end, even while others go on.
    ///
    /// # Errors
    /// If `remote` is out of range or taken, or no socket pair can be made.
    pub fn receive_fd(&mut self, remote: RawFd) -> Result<UnixStream, IpcError> {
        self.check(remote)?;
        let (host, sandboxee) = UnixStream::pair().map_err(|source| IpcError::System { number: remote, source })?;
        self.mapped.insert(remote, sandboxee.into());
        Ok(host)
    }

    /// Whether the sandboxee's descriptor `remote` is mapped.
    #[must_use]
    pub fn is_mapped(&self, remote: RawFd) -> bool {
        self.mapped.contains_key(&remote)
    }

    /// Hands everything over, by number.
    pub(crate) fn into_mapped(self) -> BTreeMap<RawFd, OwnedFd> {
        self.mapped
    }

    fn check(&self, remote: RawFd) -> Result<(), IpcError> {
        if !(0..=Self::MAX_NUMBER).contains(&remote) {
            return Err(IpcError::Number(remote));
        }
        if self.is_mapped(remote) { Err(IpcError::Taken(remote)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;

    fn null() -> OwnedFd {
        File::open("/dev/null").unwrap().into()
    }

    #[test]
    fn a_number_is_given_out_once() {
        let mut ipc = Ipc::default();
        ipc.map_fd(null(), 5).unwrap();
        assert!(matches!(ipc.map_fd(null(), 5), Err(IpcError::Taken(5))));
        assert!(matches!(ipc.map_dup_fd(null().as_fd(), 5), Err(IpcError::Taken(5))));
        assert!(matches!(ipc.receive_fd(5), Err(IpcError::Taken(5))));
        assert!(ipc.is_mapped(5) && !ipc.is_mapped(6));
    }

    #[test]
    fn a_number_must_be_one_that_a_process_can_have() {
        let mut ipc = Ipc::default();
        for number in [-1, Ipc::MAX_NUMBER + 1, RawFd::MAX, RawFd::MIN] {
            assert!(matches!(ipc.map_fd(null(), number), Err(IpcError::Number(n)) if n == number));
        }
    }

    #[test]
    fn the_hosts_end_sees_the_end_when_the_other_is_dropped() {
        let mut ipc = Ipc::default();
        let mut host = ipc.receive_fd(1).unwrap();
        drop(ipc);
        assert_eq!(io::Read::read(&mut host, &mut [0]).unwrap(), 0);
    }
}
