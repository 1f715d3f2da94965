//! Shares 1 MiB with a sandboxee, which changes all of it, and prints what the host sees.
//!
//! ```text
//! cargo build -p sandbox2-examples --bins && cargo run -p sandbox2-examples --bin buffer
//! ```

use std::error::Error;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::client::Buffer;
use sandbox2::{Executor, Sandbox2};

const SIZE: usize = 1 << 20;

sandbox2::policy! {
    /// What a program of Rust's standard library needs to talk to its host and to share memory with it.
    static POLICY;

    use dynamic_startup, rust_std;
    use shared_memory;                               // mmap, munmap, fstat, fstatfs
    ALLOW fcntl if cmd == F_GET_SEALS;               // is it memory that nobody can take away?
    ALLOW sendto, sendmsg, recvmsg;                  // the channel
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // It is built beside this example.
    let program = std::env::current_exe()?.with_file_name("buffer_sandboxee");
    if !program.exists() {
        return Err(format!("there is no {}: build all of the examples (--bins)", program.display()).into());
    }
    let mut executor = Executor::new(&program, ["buffer_sandboxee"]).libraries(&program);
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
