//! A sandboxee that shares memory with its host: turns every byte of descriptor 3 around in its bits, and tries what it must not; or with
//! an argument makes a buffer of its own and sends it over descriptor 5.

use std::os::fd::{AsFd as _, FromRawFd as _, OwnedFd};

use sandbox2_client::{Buffer, Comms};

fn main() {
    if std::env::args().nth(1).is_some() {
        make();
    } else {
        change();
    }
}

fn change() {
    // SAFETY: the host has mapped this descriptor, and nothing else in this program uses it.
    let buffer = Buffer::from_fd(unsafe { OwnedFd::from_raw_fd(3) }).expect("the host gives a buffer");
    let bytes: Vec<u8> = buffer.to_vec().into_iter().map(|byte| !byte).collect();
    buffer.write_at(0, &bytes).expect("it fits");
    let shrunk = std::fs::File::from(buffer.into_fd()).set_len(1);
    let denied = shrunk.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied);
    std::process::exit(if denied { 0 } else { 1 });
}

fn make() {
    // SAFETY: the host has mapped this descriptor, and nothing else in this program uses it.
    let mut comms = Comms::new(unsafe { OwnedFd::from_raw_fd(5) });
    let mut buffer = Buffer::from_bytes(b"from inside").expect("it can be had");
    buffer.expand(1 << 20).expect("it can be larger");
    buffer.write_at((1 << 20) - 3, b"end").expect("it fits");
    comms.send_descriptor(buffer.as_fd()).expect("the host listens");
}
