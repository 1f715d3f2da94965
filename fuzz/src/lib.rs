//! What comes from the other side of a sandbox, fuzzed.
//!
//! A target is a function that takes bytes and panics if something does not hold that must. [`TARGETS`] has them all; `fuzz_targets/`
//! hands each to libFuzzer, and `tests/corpus.rs` runs them over the inputs that are checked in, without it.
//!
//! Most inputs are [scripts](script::Script): what a hostile peer sends and when, and which calls its victim makes meanwhile. One
//! thread plays both, so that an input does the same in every run.

pub mod c_api;
pub mod c_buffer;
pub mod fork_request;
pub mod frame;
pub mod handshake;
pub mod introduction;
pub mod logs;
pub mod measure;
pub mod memory;
pub mod packet;
pub mod peer;
pub mod replay;
pub mod script;
pub mod shared;

#[doc(hidden)]
#[cfg(feature = "libfuzzer")]
pub use libfuzzer_sys;

/// A target: panics if something does not hold.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("frame", frame::run),
    ("shared", shared::run),
    ("c_api", c_api::run),
    ("c_buffer", c_buffer::run),
    ("handshake", handshake::run),
    ("fork_request", fork_request::run),
    ("introduction", introduction::run),
    ("packet", packet::run),
    ("logs", logs::run),
];

/// Makes a program of a target: libFuzzer's, or one that runs the files that it is given.
#[cfg(feature = "libfuzzer")]
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| $crate::$name::run(bytes));
    };
}

/// Makes a program of a target: libFuzzer's, or one that runs the files that it is given.
#[cfg(not(feature = "libfuzzer"))]
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        fn main() -> std::io::Result<()> {
            $crate::replay::run($crate::$name::run)
        }
    };
}
