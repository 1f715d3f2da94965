//! Where a listener is: a path, or a name without a file.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::sys::SocketName;

/// Where a [`Listener`](super::Listener) is and [`Comms::connect`](super::Comms::connect) goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub(super) name: SocketName,
}

impl Address {
    /// A path: a file is made there, and whoever may write to it may connect. At most 107 bytes.
    ///
    /// # Errors
    /// If it is empty, longer, or has a zero byte.
    ///
    /// # Examples
    /// ```
    /// use sandbox2_client::Address;
    ///
    /// assert!(Address::path("/run/host.sock").is_ok());
    /// assert!(Address::path("/".repeat(108)).is_err());
    /// ```
    pub fn path(path: impl AsRef<Path>) -> Result<Address> {
        let bytes = path.as_ref().as_os_str().as_bytes();
        if bytes.is_empty() || bytes.contains(&0) {
            return Err(Error::System {
                what: "the path of a socket without a byte, or with a zero,",
                errno: libc::EINVAL,
            });
        }
        // The zero at its end has to have room too.
        if bytes.len() > SocketName::ROOM - 1 {
            return Err(Error::System {
                what: "the path of a socket, which has more than 107 bytes,",
                errno: libc::ENAMETOOLONG,
            });
        }
        Ok(Address { name: SocketName::Path(bytes.to_vec()) })
    }

    /// A name in the network namespace: there is no file, and **every process of that namespace may connect**, or take the name first. At
    /// most 107 bytes; unlike the C++ original's, a longer one is an error, not cut.
    ///
    /// # Errors
    /// If it is empty or longer.
    pub fn abstract_name(name: impl AsRef<[u8]>) -> Result<Address> {
        let name = name.as_ref();
        match name.len() {
            // The kernel would choose a name.
            0 => Err(Error::System { what: "the name of a socket, which is empty,", errno: libc::EINVAL }),
            1..SocketName::ROOM => Ok(Address { name: SocketName::Abstract(name.to_vec()) }),
            _ => Err(Error::System {
                what: "the name of a socket, which has more than 107 bytes,",
                errno: libc::ENAMETOOLONG,
            }),
        }
    }
}
