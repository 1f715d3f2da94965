//! Makes as many children as its argument says, writes `ready`, and waits for a signal, as they do.

use std::io::Write;

unsafe extern "C" {
    fn fork() -> i32;
    fn pause() -> i32;
}

fn main() {
    let many: u32 = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("a number");
    for _ in 0..many {
        // SAFETY: this program has one thread.
        let child = unsafe { fork() };
        assert!(child >= 0, "too many");
        if child == 0 {
            loop {
                // SAFETY: waits for a signal.
                unsafe { pause() };
            }
        }
    }
    println!("ready");
    std::io::stdout().flush().expect("standard output takes it");
    loop {
        // SAFETY: as above.
        unsafe { pause() };
    }
}
