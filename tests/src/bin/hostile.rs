//! A sandboxee, or a fork server, for attacks: what it does is its first argument.

use std::alloc::{GlobalAlloc, Layout, System};
use std::os::fd::{AsFd as _, FromRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::SeqCst};

use sandbox2_client::handshake::{Answer, Hello, MAGIC, MAX_MESSAGE, VERSION};
use sandbox2_client::{Client, Error, ForkingClient, packet};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// As strict as a policy can be with an allocator: while it is armed, whoever asks it for something makes a call that none allows.
struct Strict;

static ARMED: AtomicBool = AtomicBool::new(false);

fn asked() {
    if ARMED.load(SeqCst) {
        // SAFETY: takes nothing.
        unsafe { libc::getppid() };
    }
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Strict {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        asked();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        asked();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Strict = Strict;

fn main() -> Result<()> {
    match std::env::args().nth(1).unwrap_or_default().as_str() {
        "quiet" => quiet(),
        "signals" => signals(),
        "keep" => keep(),
        "magic" => magic(),
        "magic-flood" => magic_flood(),
        "other-threads" => other_threads(),
        "server" => serve(),
        "sigpipe" => {
            // SAFETY: the default action is always valid.
            unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
            serve()
        }
        "few" => {
            let server = ForkingClient::new()?;
            let few = libc::rlimit { rlim_cur: 1024, rlim_max: 1024 };
            // SAFETY: the kernel reads one limit.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const few) }, 0);
            // SAFETY: takes numbers alone.
            while unsafe { libc::dup(0) } < 1000 {}
            child(server.enter_fork_loop()?)
        }
        "kept" => {
            let forks = number_of("forks=")?;
            let mut server = ForkingClient::new()?;
            // By mistake: the fork server's own, and what it will have later.
            for number in [forks, 3, 4, 5, 6, 7, 8, 9] {
                server.keep_descriptor(number);
            }
            child(server.enter_fork_loop()?)
        }
        "once" => once(),
        other => Err(format!("unknown mode {other:?}").into()),
    }
}

/// Sandboxes itself, and nothing else: no memory may be asked for or given back afterwards.
fn quiet() -> Result<()> {
    let mut client = Client::new()?;
    ARMED.store(true, SeqCst);
    let sandboxed = client.sandbox_me_here();
    // SAFETY: ends this process.
    unsafe { libc::_exit(if sandboxed.is_ok() { 0 } else { 9 }) }
}

extern "C" fn ignore(_: libc::c_int) {}

/// Sandboxes itself under a storm of signals whose handler lets calls be interrupted.
fn signals() -> Result<()> {
    static DONE: AtomicBool = AtomicBool::new(false);
    let mut client = Client::new()?;
    // SAFETY: an action of zeros is the default one.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = ignore as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: the handler does nothing.
    assert_eq!(unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, std::ptr::null_mut()) }, 0);
    // SAFETY: takes nothing.
    let (process, thread) = (std::process::id(), unsafe { libc::gettid() });
    static RUNS: AtomicBool = AtomicBool::new(false);
    let storm = std::thread::spawn(move || {
        RUNS.store(true, SeqCst);
        for _ in 0..200_000 {
            if DONE.load(SeqCst) {
                break;
            }
            // SAFETY: takes numbers alone.
            unsafe { libc::syscall(libc::SYS_tgkill, process, thread, libc::SIGUSR1) };
        }
    });
    while !RUNS.load(SeqCst) {
        std::hint::spin_loop();
    }
    let sandboxed = client.sandbox_me_here();
    DONE.store(true, SeqCst);
    drop(storm.join());
    Ok(sandboxed?)
}

/// Does all of the handshake but its end, and keeps the listener.
fn keep() -> Result<()> {
    static WORD: AtomicI32 = AtomicI32::new(0);
    // SAFETY: it is this program's, and nobody else takes it here.
    let control = unsafe { OwnedFd::from_raw_fd(number_of("control=")?) };
    let hello = Hello { version: VERSION, word: WORD.as_ptr().expose_provenance() as u64 };
    packet::send(control.as_fd(), &hello.encode(), &[], true)?;
    let mut bytes = vec![0; MAX_MESSAGE];
    let (length, _) = packet::receive(control.as_fd(), &mut bytes, 0, true)?;
    let Some(Answer::Policy(instructions)) = Answer::decode(&bytes[..length]) else { return Err("no policy".into()) };
    let filter: Vec<_> = instructions.iter().map(|&(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k }).collect();
    let program = libc::sock_fprog { len: u16::try_from(filter.len())?, filter: filter.as_ptr().cast_mut() };
    // SAFETY: takes numbers alone.
    unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    let (mode, flags) = (libc::SECCOMP_SET_MODE_FILTER, libc::SECCOMP_FILTER_FLAG_NEW_LISTENER);
    // SAFETY: the kernel reads a program.
    let listener = unsafe { libc::syscall(libc::SYS_seccomp, mode, flags, &raw const program) };
    WORD.store(i32::try_from(listener)? + 1, SeqCst);
    loop {
        std::thread::park();
    }
}

fn close_magically(number: i32) -> i32 {
    // SAFETY: no descriptor of this program has such a number.
    match unsafe { libc::syscall(libc::SYS_close, number, MAGIC) } {
        // SAFETY: this thread's own.
        -1 => unsafe { *libc::__errno_location() },
        _ => 0,
    }
}

/// Makes once more the call by which it has given the listener up, and ends with its error number.
fn magic() -> Result<()> {
    let mut client = Client::new()?;
    client.sandbox_me_here()?;
    close_magically(40);
    let errno = close_magically(900);
    // SAFETY: ends this process.
    unsafe { libc::_exit(errno) }
}

fn magic_flood() -> Result<()> {
    let mut client = Client::new()?;
    let mut comms = client.comms()?;
    for _ in 0..8 {
        std::thread::spawn(|| {
            loop {
                close_magically(900);
            }
        });
    }
    client.sandbox_me_here()?;
    comms.send_bool(true)?;
    loop {
        close_magically(900);
    }
}

/// Threads that start threads, before, during and after; each makes the forbidden call once all are there.
fn other_threads() -> Result<()> {
    static SANDBOXED: AtomicBool = AtomicBool::new(false);
    fn again(depth: u32) {
        if SANDBOXED.load(SeqCst) {
            // SAFETY: takes nothing.
            unsafe { libc::getppid() };
        } else if depth < 100_000 {
            drop(std::thread::Builder::new().stack_size(16384).spawn(move || again(depth + 1)));
        }
    }
    let mut client = Client::new()?;
    for _ in 0..4 {
        std::thread::spawn(|| again(0));
    }
    client.sandbox_me_here()?;
    SANDBOXED.store(true, SeqCst);
    loop {
        std::thread::park();
    }
}

/// What the host says that descriptor's number is.
fn number_of(entry: &str) -> Result<i32> {
    let variable = std::env::var("SANDBOX2")?;
    let number = variable.split(';').find_map(|found| found.strip_prefix(entry)).ok_or("the host does not say")?;
    Ok(number.parse()?)
}

/// A fork server whose children do what they are told.
fn serve() -> Result<()> {
    child(ForkingClient::new()?.enter_fork_loop()?)
}

/// A fork server that makes one child, and then has other things to do.
fn once() -> Result<()> {
    match ForkingClient::new()?.wait_and_fork()? {
        Some(client) => child(client),
        None => loop {
            std::thread::park();
        },
    }
}

fn child(mut client: Client) -> Result<()> {
    let mut comms = client.comms()?;
    client.sandbox_me_here()?;
    comms.send_bool(true)?;
    loop {
        match comms.receive_u32()? {
            0 => return Ok(()),
            // SAFETY: a path that ends in a zero.
            1 => comms.send_i32(unsafe { libc::chmod(c"/proc/self/exe".as_ptr(), 0o777) })?,
            2 => comms.send_bool(matches!(Client::new(), Err(Error::Taken(_))))?,
            3 => comms.send_bool(matches!(ForkingClient::new(), Err(Error::Taken(_))))?,
            // Is anybody else in here, who may have no filter?
            4 => comms.send_bool(std::fs::read_to_string("/proc/2/stat").is_ok_and(|stat| !stat.contains(") Z ")))?,
            5 => {
                // SAFETY: takes numbers alone.
                let open = |number: i32| unsafe { libc::fcntl(number, libc::F_GETFD) } >= 0;
                comms.send_u32((0..1100).filter(|number| open(*number)).count() as u32)?;
            }
            _ => return Err("unknown command".into()),
        }
    }
}
