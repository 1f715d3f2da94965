//! Does the one thing that its argument names, and says `done`: each needs one of the groups. `need.c` is the same in C.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
    fn getpid() -> i32;
    fn kill(pid: i32, signal: i32) -> i32;
    fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
}

static HANDLED: AtomicBool = AtomicBool::new(false);

extern "C" fn handler(_: i32) {
    HANDLED.store(true, Ordering::SeqCst);
}

fn main() {
    let done = match std::env::args().nth(1).as_deref() {
        // Getting here, printing, and ending.
        Some("nothing") => true,
        // So much at once is a mapping of its own, and growing moves it.
        Some("malloc") => {
            let mut large: Vec<u8> = vec![7; 1 << 20];
            large.reserve_exact(64 << 20);
            std::hint::black_box(&large)[(1 << 20) - 1] == 7
        }
        // The processor's time is not to be had without a call.
        Some("time") => {
            let mut time = [0; 2];
            // SAFETY: CLOCK_PROCESS_CPUTIME_ID, and a place for it.
            unsafe { clock_gettime(2, &raw mut time) == 0 }
        }
        Some("read") => std::io::stdin().read(&mut [0; 8]).is_ok(),
        Some("stat") => std::fs::metadata("/").is_ok_and(|data| data.is_dir()),
        Some("signals") => {
            // SAFETY: SIGUSR1; the handler only stores.
            unsafe { signal(10, handler) };
            // SAFETY: sends a signal to this process.
            unsafe { kill(getpid(), 10) };
            HANDLED.load(Ordering::SeqCst)
        }
        _ => panic!("no such need"),
    };
    if done {
        println!("done");
    }
}
