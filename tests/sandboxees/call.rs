//! Makes the system calls that its arguments name, `NR[,ARG…]` each, and prints what each returned or failed with.

unsafe extern "C" {
    fn syscall(nr: i64, ...) -> i64;
}

fn main() {
    for call in std::env::args().skip(1) {
        let mut numbers = [0_i64; 7];
        for (slot, text) in numbers.iter_mut().zip(call.split(',')) {
            *slot = text.parse().expect("a number");
        }
        let [nr, a, b, c, d, e, f] = numbers;
        // SAFETY: the caller chose the call, and this program has nothing to lose.
        let returned = unsafe { syscall(nr, a, b, c, d, e, f) };
        if returned == -1 {
            println!("errno {}", std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
        } else {
            println!("returned {returned}");
        }
    }
}
