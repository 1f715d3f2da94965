//! Makes children and grandchildren in sessions of their own that outlive whoever does not kill them, then writes `ready` and
//! waits, or exits at once with `exit`. With `busy` they all compute instead.

use std::io::Write;

unsafe extern "C" {
    fn fork() -> i32;
    fn setsid() -> i32;
    fn pause() -> i32;
}

fn main() {
    let argument = std::env::args().nth(1);
    let busy = argument.as_deref() == Some("busy");
    for _ in 0..3 {
        // SAFETY: this program has one thread.
        if unsafe { fork() } == 0 {
            // SAFETY: changes this process alone.
            unsafe { setsid() };
            // SAFETY: as above.
            unsafe { fork() };
            while busy {
                std::hint::spin_loop();
            }
            loop {
                // SAFETY: waits for a signal.
                unsafe { pause() };
            }
        }
    }
    println!("ready");
    std::io::stdout().flush().expect("standard output takes it");
    if argument.as_deref() == Some("exit") {
        return;
    }
    loop {
        // SAFETY: waits for a signal.
        unsafe { pause() };
    }
}
