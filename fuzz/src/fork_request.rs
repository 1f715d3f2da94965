//! What a host and a fork server tell each other: `ForkRequest` and `Ended`.
//!
//! The first byte says how many descriptors come with a request. Holds for every input: it is read or refused; what was read is the same
//! once written; descriptors are closed.

use std::fs::File;
use std::os::fd::OwnedFd;

use sandbox2_client::environment::Introduction;
use sandbox2_client::fork_request::{Ended, ForkRequest, MAX_DESCRIPTORS, MAX_MESSAGE};

use crate::introduction;
use crate::measure;

/// Runs one input.
///
/// # Panics
/// If something does not hold.
pub fn run(bytes: &[u8]) {
    if let Ok(record) = bytes.try_into()
        && let Some(ended) = Ended::decode(record)
    {
        assert_eq!(ended.encode(), *record);
    }
    let Some((count, bytes)) = bytes.split_first() else { return };
    let count = usize::from(*count).min(MAX_DESCRIPTORS);
    measure::measured(|| {
        request(bytes, count);
        bytes.len() * 64 + (1 << 16)
    });
}

fn request(bytes: &[u8], count: usize) {
    let one: OwnedFd = File::open("/dev/null").expect("/dev/null is there").into();
    let descriptors = (0..count).map(|_| one.try_clone().expect("there is room")).collect();
    let Ok(request) = ForkRequest::decode(bytes, descriptors) else { return };
    introduction::check(&request.introduction);
    assert_eq!(request.descriptors.len() + 3, count);
    let numbers: Vec<i32> = request.descriptors.iter().map(|(_, number)| *number).collect();
    let encode =
        |introduction: &Introduction| ForkRequest::encode(request.which, &numbers, introduction, request.cwd.as_ref());
    // What it does not know of an introduction is left aside, so that the text may be a shorter one.
    let again = encode(&request.introduction).expect("what was read can be written");
    let longer = bytes.len().saturating_sub(again.len());
    assert!(again.len() <= bytes.len().max(MAX_MESSAGE) && longer <= bytes.len());
    drop(request);
    let descriptors = (0..count).map(|_| one.try_clone().expect("there is room")).collect();
    ForkRequest::decode(&again, descriptors).expect("what was written can be read");
}
