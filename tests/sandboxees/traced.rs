//! What a tracer has trouble with; the first argument says what.

use std::io::Write as _;
use std::sync::Barrier;

const SIGSTOP: i32 = 19;
const SIGCONT: i32 = 18;
const SIGCHLD: i64 = 17;
const SIGUSR1: i32 = 10;
const CLONE_UNTRACED: i64 = 0x0080_0000;
const WUNTRACED: i32 = 2;

unsafe extern "C" {
    fn fork() -> i32;
    fn vfork() -> i32;
    fn _exit(code: i32) -> !;
    fn getpid() -> i32;
    fn getppid() -> i32;
    fn kill(pid: i32, signal: i32) -> i32;
    fn pause() -> i32;
    fn umask(mask: u32) -> u32;
    fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn syscall(nr: i64, ...) -> i64;
    fn execv(path: *const u8, argv: *const *const u8) -> i32;
}

extern "C" fn nothing(_: i32) {}

fn say(text: &str) {
    println!("{text}");
    std::io::stdout().flush().expect("standard output takes it");
}

fn wait(pid: i32, options: i32) -> i32 {
    let mut status = 0;
    // SAFETY: the status is a local.
    let waited = unsafe { waitpid(pid, &raw mut status, options) };
    assert_eq!(waited, pid);
    status
}

/// A child that does that, and ends with what it returns.
fn child(does: impl FnOnce() -> i32) -> i32 {
    // SAFETY: this program has one thread here.
    let pid = unsafe { fork() };
    if pid == 0 {
        let code = does();
        // SAFETY: ends the child.
        unsafe { _exit(code) };
    }
    assert!(pid > 0, "a child can be made");
    pid
}

fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    match mode.as_str() {
        "untraced" => untraced(),
        "stop" => stop(),
        "threads" => threads(),
        "exec" => exec(),
        "executed" => say("executed"),
        "tree" => tree(8),
        "bomb" => loop {
            // SAFETY: one thread in each.
            unsafe { fork() };
        },
        "flood" => flood(),
        "vfork" => vforked(),
        "grandchild" => {
            let code = wait(child(|| wait(child(denied), 0)), 0);
            say(&format!("survived {code}"));
        }
        "signals" => signals(),
        "crash" => crash(),
        "listener" => listener(),
        "again" => again(),
        "interrupted" => interrupted(),
        "killed-asking" => killed_asking(),
        other => panic!("unknown mode {other:?}"),
    }
}

/// The call that policies of these tests deny.
fn denied() -> i32 {
    // SAFETY: changes this process alone.
    unsafe { umask(0) }.cast_signed()
}

/// A child that nobody is to trace, and that makes the denied call.
fn untraced() {
    #[cfg(target_arch = "x86_64")]
    const CLONE: i64 = 56;
    #[cfg(not(target_arch = "x86_64"))]
    const CLONE: i64 = 220;
    // SAFETY: as `fork`, in a program of one thread.
    let pid = unsafe { syscall(CLONE, CLONE_UNTRACED | SIGCHLD, 0_i64, 0_i64, 0_i64, 0_i64) };
    if pid == 0 {
        denied();
        say("escaped");
        // SAFETY: ends the child.
        unsafe { _exit(0) };
    }
    wait(pid as i32, 0);
}

fn stop() {
    let stopping = child(|| {
        // SAFETY: stops this process.
        unsafe { kill(getpid(), SIGSTOP) };
        3
    });
    let status = wait(stopping, WUNTRACED);
    say(if status == (SIGSTOP << 8 | 0x7f) { "stopped" } else { "not stopped" });
    // SAFETY: continues the child.
    unsafe { kill(stopping, SIGCONT) };
    say(&format!("exited {}", wait(stopping, 0) >> 8));
}

fn threads() {
    for _ in 0..20 {
        let threads: Vec<_> = (0..20).map(|number| std::thread::spawn(move || number)).collect();
        let sum: i32 = threads.into_iter().map(|thread| thread.join().expect("it ends")).sum();
        assert_eq!(sum, 190);
    }
    say("joined");
}

/// A thread that is not the first executes a program while others are at something.
fn exec() {
    static STARTED: Barrier = Barrier::new(4);
    for _ in 0..2 {
        std::thread::spawn(|| {
            STARTED.wait();
            loop {
                std::thread::yield_now();
            }
        });
    }
    std::thread::spawn(|| {
        STARTED.wait();
        let argv = [c"/exec".as_ptr().cast(), c"executed".as_ptr().cast(), std::ptr::null()];
        // SAFETY: strings and an array that end as they must.
        unsafe { execv(c"/exec".as_ptr().cast(), argv.as_ptr()) };
        panic!("not executed");
    });
    STARTED.wait();
    loop {
        std::thread::park();
    }
}

/// Twice as many processes in each round, each of which waits for those that it has made.
fn tree(depth: u32) {
    for level in (0..depth).rev() {
        // SAFETY: one thread in each.
        match unsafe { fork() } {
            0 => {
                tree(level);
                // SAFETY: ends the child.
                unsafe { _exit(0) };
            }
            pid => assert!(pid > 0),
        }
    }
    let mut status = 0;
    // SAFETY: the status is a local.
    while unsafe { waitpid(-1, &raw mut status, 0) } > 0 {}
    if depth == 8 {
        say("gathered");
    }
}

/// 512 processes, each of which sends signals to the next and to itself as fast as it can, once all are there.
fn flood() {
    // SAFETY: a handler that does nothing.
    unsafe { signal(SIGUSR1, nothing) };
    let (mut gate, mut open) = std::io::pipe().expect("a pipe can be made");
    // SAFETY: takes nothing.
    let mut next = unsafe { getpid() };
    for _ in 0..512 {
        let target = next;
        next = child(|| {
            let _ = std::io::Read::read(&mut gate, &mut [0]);
            storm(target)
        });
    }
    say("ready");
    open.write_all(&[0; 512]).expect("they wait for it");
    storm(next);
}

fn storm(target: i32) -> ! {
    loop {
        // SAFETY: a signal to another of these.
        unsafe { kill(target, SIGUSR1) };
        // SAFETY: and to itself.
        unsafe { kill(getpid(), SIGUSR1) };
    }
}

fn vforked() {
    // SAFETY: the child ends at once.
    let pid = unsafe { vfork() };
    if pid == 0 {
        // SAFETY: ends the child.
        unsafe { _exit(4) };
    }
    say(&format!("exited {}", wait(pid, 0) >> 8));
}

fn signals() {
    // SAFETY: a handler that does nothing.
    unsafe { signal(SIGUSR1, nothing) };
    for _ in 0..3 {
        // SAFETY: a signal to itself.
        unsafe { kill(getpid(), SIGUSR1) };
    }
    say("survived");
}

/// Reads where nothing is.
fn crash() {
    let thread = std::thread::spawn(|| {
        // SAFETY: it is not, and ends this program.
        unsafe { std::ptr::with_exposed_provenance::<u8>(0x1238).read_volatile() }
    });
    println!("{}", thread.join().expect("it does not come to this"));
}

/// Asks for a listener of its own.
fn listener() {
    #[cfg(target_arch = "x86_64")]
    const SECCOMP: i64 = 317;
    #[cfg(not(target_arch = "x86_64"))]
    const SECCOMP: i64 = 277;
    let instruction: u64 = 0x7fff_0000_0000_0006;
    #[repr(C)]
    struct Program(u16, *const u64);
    let program = Program(1, &raw const instruction);
    // SAFETY: the kernel reads a program.
    let got = unsafe { syscall(SECCOMP, 1_i64, 8_i64, &raw const program) };
    let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    say(&if got >= 0 { format!("listener {got}") } else { format!("errno {errno}") });
}

/// A call that signals interrupt, over and over, while a handler is asked about it.
fn again() {
    // SAFETY: a handler that does nothing.
    unsafe { signal(SIGUSR1, nothing) };
    // SAFETY: takes nothing.
    let parent = unsafe { getpid() };
    let storm = child(move || {
        loop {
            // SAFETY: a signal to the parent.
            unsafe { kill(parent, SIGUSR1) };
        }
    });
    for _ in 0..200 {
        // SAFETY: takes nothing.
        assert_eq!(unsafe { getppid() }, 77);
    }
    // SAFETY: ends the child.
    unsafe { kill(storm, 9) };
    wait(storm, 0);
    say("done");
}

/// Waits for a signal, which comes sooner or later.
fn interrupted() {
    // SAFETY: a handler that does nothing.
    unsafe { signal(SIGUSR1, nothing) };
    // SAFETY: takes nothing.
    let parent = unsafe { getpid() };
    let storm = child(|| storm(parent));
    // SAFETY: waits for a signal.
    unsafe { pause() };
    // SAFETY: ends the child.
    unsafe { kill(storm, 9) };
    wait(storm, 0);
}

/// A child that is killed while its call waits for a handler.
fn killed_asking() {
    let asking = child(|| {
        // SAFETY: takes nothing.
        unsafe { getppid() };
        5
    });
    // The host says when the handler is at it.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("the host says so");
    // SAFETY: ends the child.
    unsafe { kill(asking, 9) };
    say(&format!("status {}", wait(asking, 0)));
    // SAFETY: not reached unless the monitor has lost count.
    if line.is_empty() {
        unsafe { pause() };
    }
}
