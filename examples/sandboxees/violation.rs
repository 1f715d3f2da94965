//! The sandboxee of the `violation` example: ends in the way that its argument names.

use std::process::exit;

unsafe extern "C" {
    fn kill(pid: i32, signal: i32) -> i32;
    fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("exit") => exit(7),
        Some("violation") => {
            // SAFETY: takes three numbers and returns one.
            let fd = unsafe { socket(2, 1, 0) };
            println!("socket gave {fd}");
        }
        Some("write") => {
            // Standard error is not allowed.
            eprintln!("this is never seen");
        }
        Some("signal") => {
            // SAFETY: takes two numbers; 0 is the caller's own process group.
            unsafe { kill(0, 15) };
        }
        Some("hang") => loop {
            std::hint::spin_loop();
        },
        _ => println!("hello from the sandbox"),
    }
}
