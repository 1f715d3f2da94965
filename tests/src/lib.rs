//! What the tests share: the sandboxees, forked children with a filter on, and what a host must have.

pub mod client_library;
pub mod filtered;
pub mod host;
pub mod policies;
pub mod sandboxees;
pub mod scratch;
