//! Addresses of sockets, as they lie in memory.

use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// Where a socket is to be connected to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocketAddress {
    /// An address of the Internet, version 4 or 6.
    Ip(SocketAddr),
    /// A UNIX socket with a path, as the sandboxee wrote it.
    Path(PathBuf),
    /// A UNIX socket of the abstract namespace: its name, without the leading zero.
    Abstract(Vec<u8>),
    /// A UNIX socket without a name.
    Unnamed,
    /// Another family.
    Other {
        /// `AF_*`.
        family: u16,
    },
}

impl SocketAddress {
    /// What a `sockaddr` of these bytes means to the kernel; `None` if it would refuse it.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<SocketAddress> {
        let family = u16::from_ne_bytes(*bytes.first_chunk()?);
        match i32::from(family) {
            libc::AF_INET => {
                let (port, address) = (array(bytes, 2)?, array::<4>(bytes, 4)?);
                (bytes.len() >= size_of::<libc::sockaddr_in>()).then_some(())?;
                let address = SocketAddrV4::new(Ipv4Addr::from(address), u16::from_be_bytes(port));
                Some(SocketAddress::Ip(SocketAddr::V4(address)))
            }
            libc::AF_INET6 => {
                // Without a scope, too, as of old (RFC 2133).
                let (port, flow, address) = (array(bytes, 2)?, array(bytes, 4)?, array::<16>(bytes, 8)?);
                let scope = array(bytes, 24).map_or(0, u32::from_ne_bytes);
                let flow = u32::from_be_bytes(flow);
                let address = SocketAddrV6::new(Ipv6Addr::from(address), u16::from_be_bytes(port), flow, scope);
                Some(SocketAddress::Ip(SocketAddr::V6(address)))
            }
            libc::AF_UNIX if bytes.len() <= size_of::<libc::sockaddr_un>() => Some(match bytes.get(2..)? {
                [] => SocketAddress::Unnamed,
                [0, name @ ..] => SocketAddress::Abstract(name.to_vec()),
                path => {
                    let end = path.iter().position(|byte| *byte == 0).unwrap_or(path.len());
                    let path = path.get(..end).unwrap_or_default();
                    SocketAddress::Path(OsString::from_vec(path.to_vec()).into())
                }
            }),
            libc::AF_UNIX => None,
            _ => Some(SocketAddress::Other { family }),
        }
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

impl fmt::Display for SocketAddress {
    /// Escaped, since a sandboxee wrote it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SocketAddress::Ip(address) => write!(f, "{address}"),
            SocketAddress::Path(path) => write!(f, "unix:{}", path.as_os_str().as_encoded_bytes().escape_ascii()),
            SocketAddress::Abstract(name) => write!(f, "unix:@{}", name.escape_ascii()),
            SocketAddress::Unnamed => f.write_str("unix:"),
            SocketAddress::Other { family } => write!(f, "address family {family}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(family: i32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = u16::try_from(family).unwrap().to_ne_bytes().to_vec();
        bytes.extend(rest);
        bytes
    }

    #[test]
    fn addresses_are_what_the_kernel_takes_them_for() {
        let v4 = bytes(libc::AF_INET, &[1, 187, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(SocketAddress::from_bytes(&v4).unwrap().to_string(), "127.0.0.1:443");
        let mut v6 = vec![0, 80, 0, 0, 0, 0];
        v6.extend([0; 15]);
        v6.extend([1, 0, 0, 0, 0]);
        assert_eq!(SocketAddress::from_bytes(&bytes(libc::AF_INET6, &v6)).unwrap().to_string(), "[::1]:80");
        let path = bytes(libc::AF_UNIX, b"/run/x\0junk");
        assert_eq!(SocketAddress::from_bytes(&path), Some(SocketAddress::Path("/run/x".into())));
        let name = bytes(libc::AF_UNIX, b"\0na\0me");
        assert_eq!(SocketAddress::from_bytes(&name), Some(SocketAddress::Abstract(b"na\0me".to_vec())));
        assert_eq!(SocketAddress::from_bytes(&bytes(libc::AF_UNIX, b"")), Some(SocketAddress::Unnamed));
        let netlink = bytes(libc::AF_NETLINK, &[]);
        assert_eq!(SocketAddress::from_bytes(&netlink), Some(SocketAddress::Other { family: 16 }));
    }

    #[test]
    fn what_is_too_short_or_too_long_is_none() {
        for wrong in [&[][..], &[2], &bytes(libc::AF_INET, &[0; 5]), &bytes(libc::AF_INET6, &[0; 10])] {
            assert_eq!(SocketAddress::from_bytes(wrong), None, "{wrong:?}");
        }
        assert_eq!(SocketAddress::from_bytes(&bytes(libc::AF_UNIX, &[b'a'; 109])), None);
        let hostile = bytes(libc::AF_UNIX, b"/\x1b[2J");
        assert!(!SocketAddress::from_bytes(&hostile).unwrap().to_string().contains('\x1b'));
    }
}
