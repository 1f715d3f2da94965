//! The sandboxee's side of sandbox2, for programs in C: [`sandbox2_client`] under a C ABI.
//!
//! The header `include/sandbox2_client.h` is made of this crate, and a test keeps the two in step. C programs link the libraries of
//! the package `sandbox2-client-library`, which add nothing; this crate is for them and for whoever calls the same functions from
//! Rust, such as tests and fuzz targets.
//!
//! # Safety
//! What holds for every function here, so that none repeats it: a pointer is null or points to what its type says, for as long as
//! the call lasts, and to something that nothing else uses meanwhile. Where `place` and `size`, or `bytes` and `length`, come together,
//! so many bytes are there. A handle is null or came from this library and was not freed. Numbers may be anything: a null pointer
//! where there may be none, and a length that cannot be, are [`Code::Argument`].
//!
//! No function unwinds. Where memory runs out the program is ended, as everywhere in Rust.

#![allow(clippy::missing_safety_doc, reason = "the head of this crate, and of the header, says it for all of them")]

mod buffer;
mod client;
mod comms;
mod error;
mod forking;
mod listener;
mod logs;
mod message;
mod numbers;
mod pointer;

pub use buffer::*;
pub use client::*;
pub use comms::*;
pub use error::*;
pub use forking::*;
pub use listener::*;
pub use logs::*;
pub use message::*;
pub use numbers::*;
