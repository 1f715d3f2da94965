//! Channels for whoever knows an address.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Comms;
use super::address::Address;
use super::deadline::Deadline;
use crate::error::{Error, Result};
use crate::sys::{self, SocketName};

/// How many connections wait for being accepted.
const WAITING: i32 = 16;

/// Waits at an [`Address`] for others to [connect](Comms::connect).
///
/// Whoever may connect gets a channel: look at [`Comms::peer`] where that may not be everybody. The socket is close-on-exec, and the file
/// that a path stands for is removed when the listener is dropped.
///
/// # Examples
/// ```
/// use sandbox2_client::{Address, Comms, Listener};
/// use std::time::Duration;
///
/// let address = Address::abstract_name(format!("example-{}", std::process::id()))?;
/// let listener = Listener::bind(&address)?;
/// let mut one = Comms::connect(&address, Some(Duration::from_secs(10)))?;
/// let mut other = listener.accept(Some(Duration::from_secs(10)))?;
/// one.send_bool(true)?;
/// assert_eq!(other.receive_bool(), Ok(true));
/// # Ok::<(), sandbox2_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Listener {
    socket: OwnedFd,
    /// Dropped after the socket.
    _file: Option<Made>,
}

/// A file that was made here.
#[derive(Debug)]
struct Made {
    path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
}

impl Made {
    fn identity(path: &Path) -> Option<(u64, u64)> {
        fs::symlink_metadata(path).ok().map(|about| (about.dev(), about.ino()))
    }
}

impl Drop for Made {
    /// Removes it, if it is still the same.
    fn drop(&mut self) {
        if Made::identity(&self.path) == Some(self.identity) {
            // Nobody is left whom its failure would concern: the socket is closed.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn failed(what: &'static str) -> impl Fn(i32) -> Error {
    move |errno| Error::System { what, errno }
}

impl Listener {
    /// Listens at `address`.
    ///
    /// # Errors
    /// If somebody has the address, or a file is there: whatever it is, it is left alone.
    pub fn bind(address: &Address) -> Result<Listener> {
        let socket = sys::unix_socket().map_err(failed("making a socket"))?;
        sys::bind(socket.as_fd(), &address.name).map_err(failed("listening at an address"))?;
        let file = match &address.name {
            SocketName::Path(path) => {
                let path = Path::new(std::ffi::OsStr::from_bytes(path));
                // Somewhere else after a change of the working directory.
                let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                Made::identity(&path).map(|identity| Made { path, identity })
            }
            SocketName::Abstract(_) => None,
        };
        let listener = Listener { socket, _file: file };
        sys::listen(listener.as_fd(), WAITING).map_err(failed("listening at an address"))?;
        Ok(listener)
    }

    /// Waits for somebody to connect, `time` at most; `None`: as long as it takes.
    ///
    /// # Errors
    /// [`Error::TimedOut`], or if there are no descriptors left.
    pub fn accept(&self, time: Option<Duration>) -> Result<Comms> {
        let deadline = Deadline::within(time);
        loop {
            // Another thread may be quicker: so never wait in the call itself.
            match sys::accept(self.as_fd()) {
                Ok(socket) => return Ok(Comms::new(socket)),
                Err(libc::EAGAIN) => deadline.wait(self.as_fd(), libc::POLLIN)?,
                // Who connected is gone already.
                Err(libc::EINTR | libc::ECONNABORTED) => {}
                Err(errno) => return Err(failed("accepting a connection")(errno)),
            }
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Comms {
    /// Connects to the [`Listener`] at `address`, within `time`; `None`: as long as it takes. The channel itself has no time-out then.
    ///
    /// # Errors
    /// If nobody listens there, or [`Error::TimedOut`] if too many are waiting already.
    pub fn connect(address: &Address, time: Option<Duration>) -> Result<Comms> {
        let socket = sys::unix_socket().map_err(failed("making a socket"))?;
        let deadline = Deadline::within(time);
        loop {
            let left = deadline.left();
            if left == Some(Duration::ZERO) && time != Some(Duration::ZERO) {
                return Err(Error::TimedOut);
            }
            sys::set_send_time(socket.as_fd(), left).map_err(failed("limiting the time of a connection"))?;
            match sys::connect(socket.as_fd(), &address.name) {
                Ok(()) => break,
                Err(libc::EINTR) => {}
                Err(libc::EAGAIN) => return Err(Error::TimedOut),
                Err(errno) => return Err(failed("connecting to a listener")(errno)),
            }
        }
        sys::set_send_time(socket.as_fd(), None).map_err(failed("limiting the time of a connection"))?;
        Ok(Comms::new(socket))
    }
}
