//! Makes calls that a host may answer itself: `cwd`, `fixed` (the same into memory that cannot be written), `nowhere` and `long` (a path that is
//! not there, and one that is too long), `connect PORT`, `threads N` (that many ask at once), `rewrite N` (a path that another thread changes all
//! the time), `sleep SECONDS`.

use std::ffi::{CStr, c_char, c_int};
use std::io::Read;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

unsafe extern "C" {
    fn syscall(nr: i64, ...) -> i64;
    fn getcwd(buffer: *mut c_char, size: usize) -> *mut c_char;
    fn open(path: *const c_char, flags: c_int, ...) -> c_int;
    fn getpriority(which: c_int, who: u32) -> c_int;
}

#[cfg(target_arch = "x86_64")]
const GETCWD: i64 = 79;
#[cfg(not(target_arch = "x86_64"))]
const GETCWD: i64 = 17;

static FIXED: [u8; 64] = [1; 64];
static PATH: [AtomicU8; 8] = [const { AtomicU8::new(0) }; 8];

fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = || args[1].parse::<u16>().expect("a number");
    match args[0].as_str() {
        "cwd" => {
            let mut buffer = [0; 256];
            // SAFETY: it has that size.
            let found = unsafe { getcwd(buffer.as_mut_ptr(), buffer.len()) };
            assert!(!found.is_null(), "errno {}", errno());
            // SAFETY: it ends in a zero.
            println!("{}", unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_str().expect("it is text"));
        }
        "fixed" => {
            // SAFETY: the kernel would refuse to write there, and so must whoever answers in its place.
            let returned = unsafe { syscall(GETCWD, FIXED.as_ptr(), FIXED.len()) };
            let intact = std::hint::black_box(&FIXED).iter().all(|byte| *byte == 1);
            println!("{returned} errno {} intact {intact}", errno());
        }
        "nowhere" => {
            // SAFETY: a pointer to nothing is an error.
            let returned = unsafe { open(8 as *const c_char, 0) };
            println!("{returned} errno {}", errno());
        }
        "long" => {
            let path = [b'a'; 5000];
            // SAFETY: the kernel reads no more than 4096 bytes.
            let returned = unsafe { open(path.as_ptr().cast(), 0) };
            println!("{returned} errno {}", errno());
        }
        "connect" => {
            let mut text = String::new();
            TcpStream::connect(("127.0.0.1", number())).and_then(|mut stream| stream.read_to_string(&mut text)).expect("it connects");
            println!("{text}");
        }
        "threads" => {
            // SAFETY: two numbers.
            let ask = |who: u16| std::thread::spawn(move || unsafe { getpriority(0, who.into()) });
            let threads: Vec<_> = (0..number()).map(ask).collect();
            let sum: i32 = threads.into_iter().map(|thread| thread.join().expect("it ends well")).sum();
            println!("{sum}");
        }
        "rewrite" => rewrite(number()),
        "sleep" => {
            let start = Instant::now();
            std::thread::sleep(Duration::from_secs(number().into()));
            println!("{}", start.elapsed() < Duration::from_secs(number().into()));
        }
        verb => panic!("no such verb: {verb}"),
    }
}

/// Opens `/good` while another thread makes it `/evil` and back.
fn rewrite(times: u16) {
    static OVER: AtomicBool = AtomicBool::new(false);
    let write = |text: &[u8]| text.iter().zip(&PATH).for_each(|(byte, place)| place.store(*byte, Ordering::Relaxed));
    write(b"/good\0");
    let rewriter = std::thread::spawn(move || {
        while !OVER.load(Ordering::Relaxed) {
            write(b"/evil\0");
            write(b"/good\0");
        }
    });
    let mut opened = 0;
    for _ in 0..times {
        // SAFETY: there is always a zero at the end.
        let file = unsafe { open(PATH.as_ptr().cast(), 0) };
        if file >= 0 {
            opened += 1;
            let mut text = String::new();
            // SAFETY: it was just opened, and is nobody else's.
            let mut file = unsafe { <std::fs::File as std::os::fd::FromRawFd>::from_raw_fd(file) };
            file.read_to_string(&mut text).expect("it is text");
            assert_eq!(text, "good");
        }
    }
    OVER.store(true, Ordering::Relaxed);
    rewriter.join().expect("it ends well");
    println!("{}", opened > 0);
}
