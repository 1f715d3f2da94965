//! A program that gets ready first and then sandboxes itself: it checksums what it is sent, with a mistake that the sandbox has to bear.
//!
//! ```text
//! cargo run -p sandbox2-examples --bin crc4 -- [--overflow | --forbidden] [TEXT]
//!
//!   TEXT           what to checksum (default ABCD); the sandboxee has room for 16 bytes, and does not look
//!   --overflow     sends it more than that
//!   --forbidden    lets it make a system call that its policy does not allow
//! ```
//!
//! The exit status is 0 if a checksum came; 3, with the full report, if the sandboxee did not end well; 1 if nothing could be run.

use std::error::Error;
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use sandbox2::client::{self, Client};
use sandbox2::{Executor, Sandbox2};

/// The sandboxee's end of the channel: the number that it has unless that is mapped.
const CHANNEL: i32 = 1023;

sandbox2::policy! {
    /// What the sandboxee needs from `sandbox_me_here` on. It is loaded and started by then, so that this names no file.
    static POLICY;

    use system_malloc, exit;
    ALLOW sendto, sendmsg, recvmsg, close if fd == { CHANNEL };
    ALLOW fcntl if fd == { CHANNEL } && cmd == F_GETFD;  // debug builds, before they close it
    ALLOW sigaltstack;                               // at the end of main Rust takes its signal stack away
    ALLOW rt_sigaction if sig in [SIGSEGV, SIGBUS];  // so that a crash is a crash: Rust's handler
    ALLOW rt_sigreturn;                              // steps aside and lets it happen again
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let overlong = "A".repeat(64);
    match args[..] {
        // The same program on the other side.
        ["sandboxee", mode] => sandboxee(mode == "--forbidden").map_err(Into::into),
        [] => host("ABCD", ""),
        ["--overflow"] => host(&overlong, ""),
        ["--forbidden"] => host("ABCD", "--forbidden"),
        ["--forbidden", text] => host(text, "--forbidden"),
        [text] if !text.starts_with("--") => host(text, ""),
        _ => Err("crc4 [--overflow | --forbidden] [TEXT]".into()),
    }
}

fn host(text: &str, mode: &str) -> Result<ExitCode, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let mut executor =
        Executor::new(&program, ["crc4", "sandboxee", mode]).libraries(&program).sandbox_before_exec(false);
    executor.limits_mut().set_file_size(1024).set_cpu(Duration::from_secs(60)).set_wall_time(Duration::from_secs(5));
    let mut comms = executor.ipc_mut().comms()?;

    let running = Sandbox2::new(executor, &POLICY).run_async()?;
    let sum = comms.send_bytes(text.as_bytes()).and_then(|()| comms.receive_u32());
    let outcome = running.await_result();

    if let Ok(sum) = sum {
        println!("{sum:#010x}");
    }
    println!("Final execution status: {outcome}");
    if sum.is_err() || !outcome.is_ok() {
        eprintln!("{outcome:#}");
        return Ok(ExitCode::from(3));
    }
    Ok(ExitCode::SUCCESS)
}

fn sandboxee(forbidden: bool) -> Result<ExitCode, client::Error> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    // Here a program reads its configuration and opens what it will need. Then:
    client.sandbox_me_here()?;
    // From here on it may meet what it must not trust.
    let text = comms.receive_bytes()?;
    if forbidden {
        drop(TcpStream::connect(("192.0.2.1", 80)));
    }
    comms.send_u32(checksum(&text))?;
    Ok(ExitCode::SUCCESS)
}

/// As a careless library lays it out: room for a text and, above it, where to go on.
#[repr(C)]
struct Frame {
    text: [u8; 16],
    go_on: fn(&[u8]) -> u32,
}

/// The checksum of up to 16 bytes. More overwrite what lies above them, by mistake, and the program goes on wherever they say.
#[inline(never)]
fn checksum(text: &[u8]) -> u32 {
    let mut frame = Frame { text: [0; 16], go_on: crc4 };
    let count = text.len();
    let room = (&raw mut frame).cast::<u8>();
    // SAFETY: there is none. Nobody has compared the count with the room: this is the mistake that the sandbox is here for.
    unsafe { room.copy_from_nonoverlapping(text.as_ptr(), count) };
    let frame = std::hint::black_box(&frame);
    (frame.go_on)(&frame.text[..count.min(16)])
}

/// Not a good one: every byte is added, without carrying, at one of four places.
fn crc4(bytes: &[u8]) -> u32 {
    bytes.iter().zip([0, 8, 16, 24].into_iter().cycle()).fold(0, |sum, (byte, shift)| sum ^ u32::from(*byte) << shift)
}
