//! Shares 1 MiB with a sandboxee, which changes all of it, and prints what the host sees.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin buffer
//! ```

use std::error::Error;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::client::{self, Buffer, Client};
use sandbox2::{Executor, Sandbox2};

const SIZE: usize = 1 << 20;

/// The sandboxee's end of the channel: the number that it has unless that is mapped.
const CHANNEL: i32 = 1023;

sandbox2::policy! {
    /// What a program of Rust's standard library needs to talk to its host and to share memory with it.
    static POLICY;

    use dynamic_startup, rust_std;
    use shared_memory;                               // mmap, munmap, fstat, fstatfs
    ALLOW fcntl if cmd == F_GET_SEALS;               // is it memory that nobody can take away?
    ALLOW sendto, sendmsg, recvmsg if fd == { CHANNEL };
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // The same program on the other side.
    if std::env::args().nth(1).is_some_and(|arg| arg == "sandboxee") {
        sandboxee()?;
        return Ok(ExitCode::SUCCESS);
    }
    let program = std::env::current_exe()?;
    let mut executor = Executor::new(&program, ["buffer", "sandboxee"]).libraries(&program);
    let mut comms = executor.ipc_mut().comms()?;
    comms.set_timeout(Some(Duration::from_secs(10)));

    let buffer = Buffer::new(SIZE)?;
    buffer.fill(0, SIZE, b'a')?;
    show("the host writes", &buffer)?;

    let running = Sandbox2::new(executor, &POLICY).run_async()?;
    comms.send_descriptor(buffer.as_fd())?;
    let done = comms.receive_barrier();
    let outcome = running.await_result();
    if let Err(error) = done {
        eprintln!("the sandboxee does not answer: {error}");
    }
    show("the sandboxee leaves", &buffer)?;
    println!("Final execution status: {outcome}");
    if !outcome.is_ok() {
        eprintln!("{outcome:#}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints how often each byte is in the buffer. What is looked at is a copy, which nobody can change any more.
fn show(what: &str, buffer: &Buffer) -> Result<(), Box<dyn Error>> {
    let mut counts = [0_usize; 256];
    for byte in buffer.to_vec() {
        counts[usize::from(byte)] += 1;
    }
    print!("{what}:");
    for (byte, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        print!(" {count} x {}", std::ascii::escape_default(u8::try_from(byte)?));
    }
    println!();
    Ok(())
}

/// Changes every byte of the memory that its host shares with it.
fn sandboxee() -> client::Result<()> {
    let mut comms = Client::new()?.comms()?;
    let buffer = Buffer::from_fd(comms.receive_descriptor()?)?;
    let mut bytes = buffer.to_vec();
    for (byte, add) in bytes.iter_mut().zip([0, 1].into_iter().cycle()) {
        *byte = byte.to_ascii_uppercase().wrapping_add(add);
    }
    buffer.write_at(0, &bytes)?;
    // The host looks when this arrives.
    comms.send_barrier()
}
