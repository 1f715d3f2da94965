//! A fork server: what it does wrong is its first argument. Its children answer numbers, or do what a number stands for.

use std::os::fd::AsRawFd as _;

use sandbox2_client::{Client, Comms, ForkingClient, am_i_sandboxed};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    match std::env::args().nth(1).unwrap_or_default().as_str() {
        "" => {}
        "early" => std::process::exit(4),
        "sleep" => loop {
            std::thread::park();
        },
        "threads" => drop(std::thread::spawn(|| {
            loop {
                std::thread::park();
            }
        })),
        other => return Err(format!("unknown mode {other:?}").into()),
    }
    let mut server = ForkingClient::new()?;
    // What children must not find, and what they may.
    let secret = std::fs::File::open("/proc/version")?;
    let kept = std::fs::File::open("/proc/version")?;
    server.keep_descriptor(kept.as_raw_fd());
    let prepared = std::process::id();
    let client = server.enter_fork_loop()?;
    // In a child nobody may close them: their numbers are others' now.
    let kept_number = kept.as_raw_fd();
    std::mem::forget((secret, kept));
    child(client, prepared, kept_number)
}

fn child(mut client: Client, prepared: u32, kept: i32) -> Result<()> {
    let mut comms = client.comms()?;
    let early = am_i_sandboxed();
    client.sandbox_me_here()?;
    comms.send_bool(early)?;
    comms.send_bool(am_i_sandboxed())?;
    comms.send_u32(prepared)?;
    loop {
        match comms.receive_u32()? {
            0 => std::process::exit(0),
            // SAFETY: takes nothing.
            1 => drop(unsafe { libc::getppid() }),
            2 => std::process::abort(),
            3 => std::process::exit(42),
            4 => list(&mut comms, kept)?,
            5 => comms.send_text(&std::fs::read_to_string("/proc/self/status")?)?,
            6 => comms.send_bool(pthread_state_is_right())?,
            7 => {
                let threads: Vec<_> = (0..4).map(|number| std::thread::spawn(move || number * 2)).collect();
                let sum = threads.into_iter().map(|thread| thread.join().unwrap_or(0)).sum();
                comms.send_u32(sum)?;
            }
            number => comms.send_u32(number + 1)?,
        }
    }
}

/// The numbers of all descriptors that are open, but for the one that was kept, which comes last.
fn list(comms: &mut Comms, kept: i32) -> Result<()> {
    // SAFETY: takes numbers alone.
    let open = |number: i32| unsafe { libc::fcntl(number, libc::F_GETFD) } >= 0;
    for number in (0..1100).filter(|number| *number != kept && open(*number)) {
        comms.send_i32(number)?;
    }
    comms.send_i32(-1)?;
    comms.send_bool(open(kept))?;
    Ok(())
}

/// What the C library thinks of this thread agrees with what the kernel does.
fn pthread_state_is_right() -> bool {
    let parameter = libc::sched_param { sched_priority: 0 };
    // SAFETY: takes nothing.
    let thread = unsafe { libc::gettid() };
    // SAFETY: the kernel reads one parameter.
    let set = unsafe { libc::sched_setscheduler(thread, libc::SCHED_IDLE, &raw const parameter) };
    let (mut policy, mut parameter) = (-1, parameter);
    // SAFETY: takes nothing.
    let own = unsafe { libc::pthread_self() };
    // SAFETY: this thread is there, and the library writes a policy and a parameter.
    let got = unsafe { libc::pthread_getschedparam(own, &raw mut policy, &raw mut parameter) };
    set == 0 && got == 0 && policy == libc::SCHED_IDLE
}
