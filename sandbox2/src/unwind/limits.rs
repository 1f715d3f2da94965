//! How much is looked at, at most: everything that can be counted is the sandboxee's to choose.

use std::time::Duration;

/// Frames of one thread, those of inlined functions among them.
pub(crate) const MAX_FRAMES: usize = 200;
/// Threads whose stacks are told.
pub(crate) const MAX_THREADS: usize = 64;
/// Files (and pieces of memory that are like files) that are looked into.
pub(crate) const MAX_OBJECTS: usize = 256;
/// Mappings of them that can be executed.
pub(crate) const MAX_REGIONS: usize = 1024;
/// Bytes of a file that is looked into.
pub(crate) const MAX_FILE: u64 = 4 << 30;
/// Bytes of a piece of memory that is looked into as if it were a file: the kernel's page of code is the only one.
pub(crate) const MAX_MEMORY_OBJECT: u64 = 256 << 10;
/// Bytes of a file's debug information that are read, all sections together.
pub(crate) const MAX_DEBUG_INFO: u64 = 512 << 20;
/// Bytes of a file's sections about how to unwind, all together.
pub(crate) const MAX_UNWIND_INFO: u64 = 64 << 20;
/// Entries of a symbol table that are looked at.
pub(crate) const MAX_SYMBOLS: usize = 4 << 20;
/// Inlined functions at one place.
pub(crate) const MAX_INLINED: usize = 64;
/// Bytes of a name as it stands in a file.
pub(crate) const MAX_MANGLED: usize = 16 << 10;
/// Bytes of a function's name or a file's, as it is told.
pub(crate) const MAX_NAME: usize = 1024;
/// Bytes of all that the worker says.
pub(crate) const MAX_ANSWER: u64 = 4 << 20;
/// Bytes of a remark of the worker's.
pub(crate) const MAX_NOTE: usize = 200;
/// Remarks of the worker's.
pub(crate) const MAX_NOTES: usize = 8;

/// How long files are opened; those that are left are told by their names alone.
pub(crate) const CAPTURE_TIME: Duration = Duration::from_secs(1);
/// How long the worker may take.
pub(crate) const WORKER_TIME: Duration = Duration::from_secs(5);
/// How much processor time it may take.
pub(crate) const WORKER_CPU: Duration = Duration::from_secs(10);
/// How many bytes of address space it may have.
pub(crate) const WORKER_MEMORY: u64 = 1 << 30;
