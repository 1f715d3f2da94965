//! A sandboxee that shares the memory of descriptor 3 with its host: turns every byte around in its bits, and tries what it must not.

use std::os::fd::{FromRawFd as _, OwnedFd};

use sandbox2_client::Buffer;

fn main() {
    // SAFETY: the host has mapped this descriptor, and nothing else in this program uses it.
    let buffer = Buffer::from_fd(unsafe { OwnedFd::from_raw_fd(3) }).expect("the host gives a buffer");
    let bytes: Vec<u8> = buffer.to_vec().into_iter().map(|byte| !byte).collect();
    buffer.write_at(0, &bytes).expect("it fits");
    let shrunk = std::fs::File::from(buffer.into_fd()).set_len(1);
    let denied = shrunk.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied);
    std::process::exit(if denied { 0 } else { 1 });
}
