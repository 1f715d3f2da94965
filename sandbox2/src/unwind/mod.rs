//! Where the threads of a stopped process are: their stacks, with functions, files and lines as far as they can be told.
//!
//! ```text
//! stopped tasks ─ capture ─ Snapshot ─ request ─ worker ─ answer ─ assemble ─ Vec<Stack>
//!                              └─ frame pointers, if the worker says nothing ─┘
//! ```
//!
//! Somebody else has stopped the tasks, knows their registers, and keeps them stopped until the stacks are told. [`capture`] is the host's
//! part: it opens what is to be read and interprets nothing but `/proc/<pid>/maps`. The files and the memory are the sandboxee's, and reading
//! them takes parsers of ELF and DWARF; so that is done by a [`worker`] in a sandbox of its own, which gets descriptors for reading and
//! answers in bytes that are [checked](answer). How the worker is run is left to whoever implements [`Symbolizer`].
//!
//! Nothing here fails: what cannot be told is missing, and [`Stack::error`] says why.

pub(crate) mod answer;
mod assemble;
mod capture;
mod frame_pointers;
pub(crate) mod limits;
mod memory;
mod objects;
mod options;
pub(crate) mod request;
#[cfg(test)]
mod tests;
pub(crate) mod worker;

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use crate::report::stack::Stack;
#[cfg(test)]
use crate::sys::ptrace::Registers;

pub(crate) use self::capture::Snapshot;
pub use self::options::StackTraces;

/// Whoever runs the worker.
pub(crate) trait Symbolizer {
    /// Runs it to its end, which comes soon whatever the worker does.
    fn run(&self, work: Work) -> Said;
}

/// What the worker gets. It needs nothing else.
#[derive(Debug)]
pub(crate) struct Work {
    /// The [request](request::Request), as bytes.
    pub(crate) request: OwnedFd,
    /// The memory of the process, for reading.
    pub(crate) memory: OwnedFd,
    /// Its files, for reading, with their numbers in the request.
    pub(crate) objects: Vec<(usize, OwnedFd)>,
    /// The executable that is the worker, if it is not the host's own.
    pub(crate) executable: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Said {
    /// What the worker has written, also if it did not come to its end; at most [`limits::MAX_ANSWER`] bytes.
    pub(crate) bytes: Vec<u8>,
    /// Why it did not come to its end.
    pub(crate) trouble: Option<String>,
}

/// The stacks of those tasks of process `pid`, in that order; of 64 at most.
///
/// The tasks are stopped, and stay so until this is over, which is soon: opening what is to be read takes a second at most, the worker five.
#[cfg(test)]
pub(crate) fn collect(
    pid: i32,
    tasks: &[(i32, Registers)],
    options: &StackTraces,
    symbolizer: &dyn Symbolizer,
) -> Vec<Stack> {
    tell(&Snapshot::capture(pid, tasks, options), options, symbolizer)
}

/// The stacks of what was captured; the tasks are still stopped. It makes no request of `ptrace`, so that any thread can do it.
pub(crate) fn tell(snapshot: &Snapshot, options: &StackTraces, symbolizer: &dyn Symbolizer) -> Vec<Stack> {
    if snapshot.tids.is_empty() {
        return Vec::new();
    }
    let said = match snapshot.work(options) {
        Ok(work) => symbolizer.run(work),
        Err(trouble) => Said { bytes: Vec::new(), trouble: Some(trouble) },
    };
    assemble::stacks(snapshot, &said)
}
