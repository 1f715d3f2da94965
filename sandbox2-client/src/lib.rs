//! The sandboxee's side of sandbox2: what a program links that talks to its host.
//!
//! This version has the channel, [`Comms`], for whoever has both ends of a socket pair: a sandboxee gets its end as a mapped descriptor
//! (`Ipc::receive_fd`). Buffers, sandboxing on the program's own word, fork servers and the interface for C are to come.
//!
//! A sandboxee that uses it makes `sendmsg` and `recvmsg`, with a time-out also `ppoll`, and what its allocator makes; nothing else.

mod comms;
mod error;
mod sys;

pub use comms::{Comms, Credentials, DEFAULT_MAX_MESSAGE, Message, Receiver, Sender, Status, tag};
pub use error::{Error, Result};
