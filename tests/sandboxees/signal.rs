//! Sends itself the signal that its argument says.

unsafe extern "C" {
    fn getpid() -> i32;
    fn kill(pid: i32, signal: i32) -> i32;
}

fn main() {
    let signal = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("a signal's number");
    // SAFETY: sends a signal to this process.
    unsafe { kill(getpid(), signal) };
    println!("survived");
}
