//! Does one thing many times and prints how many nanoseconds each took: `read N` (a byte of standard input), `ask N` (a call that a host may
//! decide about), `fork N` (a child that exits at once), `thread N`, `signal N` (to itself).

use std::ffi::c_int;
use std::time::Instant;

unsafe extern "C" {
    fn read(file: c_int, buffer: *mut u8, length: usize) -> isize;
    fn getpriority(which: c_int, who: u32) -> c_int;
    fn fork() -> c_int;
    fn _exit(code: c_int) -> !;
    fn waitpid(pid: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn signal(signal: c_int, handler: extern "C" fn(c_int)) -> usize;
    fn raise(signal: c_int) -> c_int;
}

extern "C" fn nothing(_: c_int) {}

fn once(what: &str) {
    let mut byte = 0;
    match what {
        // SAFETY: there is room for one byte.
        "read" => assert_eq!(unsafe { read(0, &raw mut byte, 1) }, 1),
        // SAFETY: two numbers.
        "ask" => assert_eq!(unsafe { getpriority(0, 0) }, 0),
        // SAFETY: the child does nothing.
        "fork" => match unsafe { fork() } {
            // SAFETY: as above.
            0 => unsafe { _exit(0) },
            child => {
                let mut status = 1;
                // SAFETY: it is written to.
                assert_eq!(unsafe { waitpid(child, &raw mut status, 0) }, child);
                assert_eq!(status, 0);
            }
        },
        "thread" => std::thread::spawn(|| {}).join().expect("it ends well"),
        // SAFETY: the handler does nothing.
        "signal" => assert_eq!(unsafe { raise(10) }, 0),
        verb => panic!("no such verb: {verb}"),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let times: u32 = args[1].parse().expect("a number");
    // SAFETY: the handler does nothing.
    unsafe { signal(10, nothing) };
    for _ in 0..times / 20 {
        once(&args[0]);
    }
    let start = Instant::now();
    for _ in 0..times {
        once(&args[0]);
    }
    println!("{}", start.elapsed().as_nanos() as f64 / f64::from(times));
}
