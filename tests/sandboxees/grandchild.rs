//! Makes the system call that its argument names, without arguments, in a grandchild; everybody else waits for a signal. Nobody
//! ends by itself, and whoever makes the call and goes on says so.

unsafe extern "C" {
    fn fork() -> i32;
    fn pause() -> i32;
    fn syscall(nr: i64, ...) -> i64;
}

fn main() {
    let nr: i64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("a call's number");
    // SAFETY: this program has one thread.
    if unsafe { fork() } == 0 && unsafe { fork() } == 0 {
        // SAFETY: the caller chose the call, and this program has nothing to lose.
        unsafe { syscall(nr, 0_u64, 0_u64, 0_u64, 0_u64, 0_u64, 0_u64) };
        println!("survived");
    }
    loop {
        // SAFETY: waits for a signal.
        unsafe { pause() };
    }
}
