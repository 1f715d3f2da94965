//! What a program and its host tell each other before a policy is in force: `Hello` and `Answer`.
//!
//! Holds for every input: it is read or refused, and what was read is written as the same bytes.

use sandbox2_client::handshake::{Answer, Hello};

/// Runs one input.
///
/// # Panics
/// If something does not hold.
pub fn run(bytes: &[u8]) {
    if let Some(hello) = Hello::decode(bytes) {
        assert_eq!(hello.encode(), bytes);
    }
    if let Some(answer) = Answer::decode(bytes) {
        assert_eq!(answer.encode(), bytes);
    }
}
