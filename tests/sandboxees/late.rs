//! Waits for the end of standard input, then makes the system call that its argument names, `NR[,ARG…]`, and exits.

use std::io::Read;

unsafe extern "C" {
    fn syscall(nr: i64, ...) -> i64;
}

fn main() {
    let call = std::env::args().nth(1).expect("a call");
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    let mut numbers = [0_i64; 7];
    for (slot, text) in numbers.iter_mut().zip(call.split(',')) {
        *slot = text.parse().expect("a number");
    }
    let [nr, a, b, c, d, e, f] = numbers;
    // SAFETY: the caller chose the call, and this program has nothing to lose.
    unsafe { syscall(nr, a, b, c, d, e, f) };
}
