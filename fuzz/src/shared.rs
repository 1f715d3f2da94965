//! Shared memory under `Comms`: the scripts of `frame`, played on a channel that has it already.
//!
//! The peer can write to all of the memory whenever it is its turn. Holds as for `frame`.

use crate::frame::{Rust, play};
use crate::measure;

/// Runs one input.
pub fn run(bytes: &[u8]) {
    measure::measured(|| play(bytes, Rust::sharing).may_take);
}
