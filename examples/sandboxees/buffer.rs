//! The sandboxee of the example `buffer`: changes every byte of the memory that its host shares with it.

use sandbox2_client::{Buffer, Client, Error};

fn main() -> Result<(), Error> {
    let mut comms = Client::new()?.comms()?;
    let buffer = Buffer::from_fd(comms.receive_descriptor()?)?;
    let mut bytes = buffer.to_vec();
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = byte.to_ascii_uppercase().wrapping_add((index % 2) as u8);
    }
    buffer.write_at(0, &bytes)?;
    // The host looks when this arrives.
    comms.send_barrier()
}
