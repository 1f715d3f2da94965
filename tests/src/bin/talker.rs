//! A sandboxee that talks to its host over descriptor 5 until it is told to stop.

use std::io::Write as _;
use std::os::fd::{AsFd as _, FromRawFd as _, OwnedFd};

use sandbox2_client::{Comms, Status, tag};

fn main() {
    // SAFETY: the host has mapped this descriptor, and nothing else in this program uses it.
    let mut comms = Comms::new(unsafe { OwnedFd::from_raw_fd(5) });
    loop {
        let message = comms.receive().expect("the host sends well-formed messages");
        match message.tag {
            tag::U32 => {
                let number = message.bytes.try_into().map_or(0, u32::from_le_bytes);
                comms.send_u32(number + 1).expect("the host listens");
            }
            tag::BYTES => {
                let reversed: Vec<u8> = message.bytes.into_iter().rev().collect();
                comms.send_bytes(&reversed).expect("the host listens");
            }
            tag::DESCRIPTOR => {
                let [file] = <[OwnedFd; 1]>::try_from(message.descriptors).expect("one descriptor comes");
                std::fs::File::from(file).write_all(b"from inside").expect("it can be written to");
                let status = Status { code: 0, message: "written".to_owned() };
                comms.send_status(&status).expect("the host listens");
            }
            tag::CREDENTIALS => comms.send_credentials().expect("the host listens"),
            // Asked to share memory.
            3 => comms.accept_shared_memory().expect("the host asks"),
            // Claims what it does not send.
            1 => comms
                .send(2, &[], &[comms.as_fd().try_clone_to_owned().expect("a copy").as_fd()])
                .expect("the host listens"),
            _ => return,
        }
    }
}
