//! The sandboxee's side of sandbox2: what a program links that talks to its host.
//!
//! - [`Client`]: the channel that the host has made, descriptors by name, and [`sandbox_me_here`](Client::sandbox_me_here) for a program
//!   that says itself when its policy is to be in force.
//! - [`ForkingClient`]: for a program that gets ready once and is forked for each sandbox.
//! - [`Comms`]: typed messages, descriptors and credentials.
//! - [`Buffer`]: memory that both sides share.
//! - [`logs`]: the program's records in the host's log.
//!
//! # System calls
//!
//! What a program's policy must allow for this library, beyond what its allocator makes:
//!
//! | what | calls |
//! |---|---|
//! | [`Client::new`], [`am_i_sandboxed`], named descriptors | none |
//! | [`Client::sandbox_me_here`] | none: what it makes, it makes before the policy is in force, or the host lets it pass |
//! | [`Comms`] | `sendto` (without an address), `sendmsg`, `recvmsg`; with a time-out `ppoll` |
//! | [`Comms::accept_shared_memory`], and what goes through it | `fcntl`, `fstatfs`, `fstat`, `mmap`, `futex`, `sched_yield`, and those of [`Comms`] |
//! | [`Comms::upgrade_to_shared_memory`] | `memfd_create`, `ftruncate`, `fcntl`, `mmap`, `futex`, `sched_yield`, and those of [`Comms`] |
//! | [`Comms::connect`], [`Listener`] | `socket`, `setsockopt`, `connect`; `bind`, `ioctl`, `listen`, `accept4`, `statx`, `unlink`, `ppoll` |
//! | [`Buffer`] | `mmap`, `munmap`; for a descriptor `fcntl`, `fstatfs`, `fstat`; to make one `memfd_create`, `ftruncate`, `fcntl` |
//! | [`logs`] | `sendmsg` |
//!
//! Dropping a descriptor is a `close`.

mod buffer;
mod client;
mod comms;
#[doc(hidden)]
pub mod environment;
mod error;
#[doc(hidden)]
pub mod fork_request;
mod forking;
#[doc(hidden)]
pub mod handshake;
pub mod logs;
mod memory;
#[doc(hidden)]
pub mod packet;
mod sys;

pub use buffer::{Buffer, BufferError, Cursor, DEFAULT_MAX_BUFFER};
pub use client::{Client, am_i_sandboxed};
pub use comms::{
    Address, Comms, Credentials, DEFAULT_MAX_MESSAGE, DEFAULT_SHARED_MEMORY, Listener, MAX_SHARED_MEMORY, Message,
    Receiver, Sender, Status, tag,
};
pub use error::{Error, Result};
pub use forking::ForkingClient;
