//! Exits with the code that its argument says; without one it aborts.

fn main() {
    match std::env::args().nth(1).and_then(|code| code.parse().ok()) {
        Some(code) => std::process::exit(code),
        None => std::process::abort(),
    }
}
