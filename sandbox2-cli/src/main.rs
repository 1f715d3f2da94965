//! The `sandbox2` command.

fn main() {
    println!("sandbox2 {}", env!("CARGO_PKG_VERSION"));
}
