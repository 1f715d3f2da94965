//! A sandboxee whose records go to the host over descriptor 5: some, or with an argument a flood.

use std::os::fd::{FromRawFd as _, OwnedFd};

use sandbox2_client::logs::{self, Level};

fn main() {
    // SAFETY: the host has mapped this descriptor, and nothing else in this program uses it.
    let socket = unsafe { OwnedFd::from_raw_fd(5) };
    logs::forward_up_to(socket, Level::Debug).expect("nothing else takes them");
    log::error!(target: "host::auth", "let in\n\x1b[2Jroot");
    tracing::info!(count = 3, "three came");
    log::debug!("detail");
    log::trace!("nobody wants this");
    if std::env::args().nth(1).is_some() {
        (0..50_000).for_each(|number| log::warn!("flood {number}"));
    }
}
