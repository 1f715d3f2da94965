//! Uses one part of the client after it is sandboxed, with no system call of its own but its end: the part is its first argument.

use std::time::Duration;

use sandbox2_client::logs::Level;
use sandbox2_client::{Address, Buffer, Client, Comms, Error, Listener, am_i_sandboxed};

fn main() {
    let part = std::env::args().nth(1).unwrap_or_default();
    let mut client = Client::new().expect("the host has started it");
    let mut comms = client.comms().expect("the host has made a channel");
    client.sandbox_me_here().expect("the host waits for that");
    let done = match part.as_str() {
        "nothing" => true,
        "client" => names(&mut client),
        "comms" => talk(&mut comms).is_ok(),
        "accept" => comms.accept_shared_memory().is_ok() && talk(&mut comms).is_ok(),
        "upgrade" => comms.upgrade_to_shared_memory(None).is_ok() && talk(&mut comms).is_ok(),
        "sockets" => sockets().is_ok(),
        "buffer" => buffers(&mut client),
        "logs" => client
            .log_forwarder()
            .is_ok_and(|forwarder| forwarder.send(Level::Info, "part", None, None, format_args!("{}", 7))),
        _ => false,
    };
    // Nothing of the end of `main`.
    // SAFETY: ends the process.
    unsafe { libc::_exit(if done { 0 } else { 1 }) }
}

fn names(client: &mut Client) -> bool {
    am_i_sandboxed()
        && client.has_descriptor("memory")
        && std::mem::ManuallyDrop::new(client.descriptor("memory")).is_ok()
}

/// Every kind of message, with and without a time-out; the host answers each number.
fn talk(comms: &mut Comms) -> Result<(), Error> {
    for round in 1..50 {
        comms.send_u32(round)?;
        assert_eq!(comms.receive_u32()?, round);
    }
    comms.set_timeout(Some(Duration::from_millis(1)));
    match comms.receive_u32() {
        Err(Error::TimedOut) => {}
        other => return other.map(drop),
    }
    comms.set_timeout(Some(Duration::from_secs(20)));
    comms.send_bytes(&[7; 300_000])?;
    // By the socket, also where there is shared memory.
    comms.send_credentials()?;
    comms.send_u32(50)?;
    assert_eq!(comms.receive_u32()?, 50);
    comms.send_barrier()
}

fn sockets() -> Result<(), Error> {
    for address in [Address::abstract_name("part")?, Address::path("/tmp/part")?] {
        let listener = Listener::bind(&address)?;
        let _one = Comms::connect(&address, Some(Duration::from_secs(20)))?;
        let _other = listener.accept(None)?;
        assert!(matches!(listener.accept(Some(Duration::from_millis(1))), Err(Error::TimedOut)));
    }
    Ok(())
}

fn buffers(client: &mut Client) -> bool {
    let Ok(descriptor) = client.descriptor("memory") else { return false };
    let Ok(theirs) = Buffer::from_fd(descriptor) else { return false };
    let Ok(ours) = Buffer::from_bytes(b"made inside") else { return false };
    theirs.write_at(0, b"from inside").is_ok() && ours.to_vec() == b"made inside"
}
