//! What a policy says besides system calls: what the sandboxee sees of files, network and host name.
//!
//! Only the description; `sandbox2` puts it in force.

use std::borrow::Cow;

/// One entry of the sandboxee's file system, which is otherwise empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mount {
    /// What is put there.
    pub kind: MountKind,
    /// Where the sandboxee sees it: absolute and canonical. For [`MountKind::Libraries`] the binary's path again.
    pub inside: Cow<'static, str>,
}

/// What is put at a place of the sandboxee's file system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MountKind {
    /// One file of the host, not a directory.
    File {
        /// Its path on the host.
        outside: Cow<'static, str>,
        /// Whether the sandboxee may write to it.
        writable: bool,
    },
    /// A directory of the host with everything below it.
    Dir {
        /// Its path on the host.
        outside: Cow<'static, str>,
        /// Whether the sandboxee may write below it (then nothing in it can be executed).
        writable: bool,
    },
    /// An empty, writable, in-memory directory of its own.
    Tmpfs {
        /// The most it can hold, in bytes.
        size: u64,
    },
    /// The loader and the shared libraries of this binary, resolved when the sandboxee is launched; read-only.
    Libraries {
        /// The binary's path on the host.
        binary: Cow<'static, str>,
    },
}

/// What the sandboxee sees of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Network {
    /// A network namespace of its own with only a loopback interface.
    #[default]
    None,
    /// The host's network.
    Host,
}
