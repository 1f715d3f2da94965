//! Makes the system call that its argument names over and over, on two threads, so that there is always one waiting; says
//! `ready` once both are at it.

use std::sync::Barrier;

unsafe extern "C" {
    fn syscall(nr: i64, ...) -> i64;
}

static STARTED: Barrier = Barrier::new(3);

fn flood(nr: i64) {
    for round in 0_u64.. {
        // SAFETY: null pointers where a call wants memory.
        unsafe { syscall(nr, 0_u64, 0_u64, 0_u64, 0_u64, 0_u64, 0_u64) };
        if round == 1 {
            STARTED.wait();
        }
    }
}

fn main() {
    let nr = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("a call's number");
    for _ in 0..2 {
        std::thread::spawn(move || flood(nr));
    }
    STARTED.wait();
    println!("ready");
    loop {
        std::thread::park();
    }
}
