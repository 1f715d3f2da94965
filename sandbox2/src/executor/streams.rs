//! The sandboxee's standard streams.

use std::os::fd::{AsFd, OwnedFd, RawFd};

use super::mistake;
use crate::error::{SetupError, Stage};
use crate::ipc::Ipc;

/// What one of the sandboxee's standard streams is.
#[derive(Debug)]
pub struct Stdio(Stream);

#[derive(Debug)]
enum Stream {
    Null,
    Inherit,
    Fd(OwnedFd),
}

impl Stdio {
    /// `/dev/null`: reads give the end, what is written is lost.
    #[must_use]
    pub fn null() -> Stdio {
        Stdio(Stream::Null)
    }

    /// The host's own stream; `/dev/null` if the host has closed it.
    ///
    /// A terminal that is inherited can be read, and asked for more than that if the policy allows `ioctl`.
    #[must_use]
    pub fn inherit() -> Stdio {
        Stdio(Stream::Inherit)
    }
}

impl<T: Into<OwnedFd>> From<T> for Stdio {
    fn from(fd: T) -> Stdio {
        Stdio(Stream::Fd(fd.into()))
    }
}

/// Maps the standard streams that are not mapped.
pub(super) fn map(streams: [Option<Stdio>; 3], ipc: &mut Ipc) -> Result<(), SetupError> {
    let defaults = [Stdio::null, Stdio::inherit, Stdio::inherit];
    for (number, (stream, default)) in (0..).zip(streams.into_iter().zip(defaults)) {
        let stream = match stream {
            Some(_) if ipc.is_mapped(number) => {
                let name = ["stdin", "stdout", "stderr"].get(number as usize).copied().unwrap_or("a stream");
                let what = format!("{name} is set, and descriptor {number} is mapped as well");
                return Err(mistake(what, "do one or the other"));
            }
            None if ipc.is_mapped(number) => continue,
            stream => stream.unwrap_or_else(default),
        };
        let fd = open_stream(stream.0, number)?;
        ipc.map_fd(fd, number).map_err(|error| mistake(error.to_string(), "map it once"))?;
    }
    Ok(())
}

fn open_stream(stream: Stream, number: RawFd) -> Result<OwnedFd, SetupError> {
    let failed = |error: std::io::Error| {
        SetupError::new(Stage::Plan, error.raw_os_error())
            .with_what(format!("descriptor {number} of the sandboxee"))
            .with_hint(Some("a host without descriptors or without /dev/null cannot start a sandbox"))
    };
    let inherited = match stream {
        Stream::Fd(fd) => return Ok(fd),
        Stream::Null => None,
        Stream::Inherit => {
            let cloned = match number {
                0 => std::io::stdin().as_fd().try_clone_to_owned(),
                1 => std::io::stdout().as_fd().try_clone_to_owned(),
                _ => std::io::stderr().as_fd().try_clone_to_owned(),
            };
            match cloned {
                Ok(fd) => Some(fd),
                Err(error) if error.raw_os_error() == Some(libc::EBADF) => None,
                Err(error) => return Err(failed(error)),
            }
        }
    };
    match inherited {
        Some(fd) => Ok(fd),
        None => {
            let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null");
            null.map(OwnedFd::from).map_err(failed)
        }
    }
}
