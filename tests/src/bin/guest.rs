//! A sandboxee that links the client: what it does is its first argument.

use std::io::Read as _;
use std::os::fd::{AsFd as _, AsRawFd as _, FromRawFd as _, OwnedFd};

use sandbox2_client::handshake::Hello;
use sandbox2_client::{Buffer, Client, Comms, Error, am_i_sandboxed, packet};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    match mode.as_str() {
        "talk" => talk(),
        "threads" => threads(),
        "twice" => twice(),
        "list" => list(),
        "names" => names(),
        "memory" => memory(),
        "exec" => exec(),
        "greet" => greet(),
        "early" => std::process::exit(3),
        "sleep" => stay(),
        "close" => {
            drop(control());
            stay()
        }
        "garbage" => say(&[7; 300]),
        "newer" => say(&Hello { version: 9, word: 8 }.encode()),
        // Where nothing is.
        "lie" => say(&Hello { version: 1, word: 8 }.encode()),
        other => Err(format!("unknown mode {other:?}").into()),
    }
}

fn stay() -> ! {
    loop {
        std::thread::park();
    }
}

/// Says something in place of what the handshake begins with.
fn say(bytes: &[u8]) -> ! {
    let control = control();
    packet::send(control.as_fd(), bytes, &[], true).expect("the host listens");
    stay()
}

/// The socket to ask over, as a hostile program would find it.
fn control() -> OwnedFd {
    let variable = std::env::var("SANDBOX2").expect("the host sets it");
    let number = variable.split(';').find_map(|entry| entry.strip_prefix("control=")).expect("it says where to ask");
    // SAFETY: it is this program's, and nobody else takes it here.
    unsafe { OwnedFd::from_raw_fd(number.parse().expect("a number")) }
}

/// Says whether it is sandboxed before and after, and then answers numbers until 0 comes.
fn talk() -> Result<()> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    // Anything goes here: what a policy would never allow.
    let version = std::fs::read_to_string("/proc/version").unwrap_or_default();
    comms.send_bool(am_i_sandboxed())?;
    client.sandbox_me_here()?;
    comms.send_bool(am_i_sandboxed())?;
    comms.send_u32(version.len() as u32)?;
    answer(&mut comms)
}

fn answer(comms: &mut Comms) -> Result<()> {
    loop {
        match comms.receive_u32()? {
            0 => return Ok(()),
            // SAFETY: takes nothing.
            1 => drop(unsafe { libc::getppid() }),
            number => comms.send_u32(number + 1)?,
        }
    }
}

/// A thread that was there before makes the forbidden call.
fn threads() -> Result<()> {
    let mut client = Client::new()?;
    let (begin, begun) = std::sync::mpsc::channel();
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        begin.send(()).expect("the other thread waits");
        gone.recv().expect("the other thread says when");
        // SAFETY: takes nothing.
        unsafe { libc::getppid() };
    });
    begun.recv()?;
    client.sandbox_me_here()?;
    go.send(())?;
    drop(thread.join());
    Ok(())
}

fn twice() -> Result<()> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    comms.send_bool(matches!(Client::new(), Err(Error::Taken(_))))?;
    comms.send_bool(matches!(client.comms(), Err(Error::Taken(_))))?;
    let first = client.sandbox_me_here();
    comms.send_bool(first.is_ok())?;
    comms.send_bool(matches!(client.sandbox_me_here(), Err(Error::Taken(_))))?;
    Ok(())
}

/// The numbers of all descriptors that are open once it is sandboxed.
fn list() -> Result<()> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    client.sandbox_me_here()?;
    for number in 0..1100 {
        // SAFETY: takes numbers alone.
        if unsafe { libc::fcntl(number, libc::F_GETFD) } >= 0 {
            comms.send_i32(number)?;
        }
    }
    comms.send_i32(-1)?;
    Ok(())
}

/// All of the memory that the host has mapped is Z, and A afterwards.
fn memory() -> Result<()> {
    let mut client = Client::new()?;
    client.sandbox_me_here()?;
    let memory = Buffer::from_fd(client.descriptor("memory")?)?;
    let mut comms = client.comms()?;
    comms.send_bool(memory.to_vec().iter().all(|byte| *byte == b'Z'))?;
    memory.fill(0, memory.len(), b'A')?;
    comms.send_barrier()?;
    Ok(())
}

/// Asks for another program once it is sandboxed, and exits with the error that it gets.
fn exec() -> Result<()> {
    Client::new()?.sandbox_me_here()?;
    // SAFETY: no path, no arguments: nothing is executed whatever the policy says.
    unsafe { libc::syscall(libc::SYS_execveat, libc::AT_FDCWD, 0_i64, 0_i64, 0_i64, 0_i64) };
    std::process::exit(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

/// Is told what to exit with before it is sandboxed, and answers.
fn greet() -> Result<()> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    let code = comms.receive_u32()?;
    comms.send_u32(code + 1)?;
    comms.send_credentials()?;
    client.sandbox_me_here()?;
    std::process::exit(code.cast_signed())
}

/// What is behind the names, and under which numbers.
fn names() -> Result<()> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    if client.sandbox_me_here().is_err() && !am_i_sandboxed() {
        return Err("it is not sandboxed".into());
    }
    loop {
        let name = comms.receive_text()?;
        if name.is_empty() {
            return Ok(());
        }
        comms.send_bool(client.has_descriptor(&name))?;
        if let Ok(descriptor) = client.descriptor(&name) {
            comms.send_i32(descriptor.as_raw_fd())?;
            let mut text = String::new();
            std::fs::File::from(descriptor).read_to_string(&mut text)?;
            comms.send_text(&text)?;
        }
    }
}
