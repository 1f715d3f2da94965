//! The sandboxee of the `static` example: upper-cases its standard input onto its standard output, and shows that a file
//! cannot be opened. It knows nothing of sandboxes.

use std::io::{Read, Write};

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("standard input is text");
    let mut out = std::io::stdout();
    out.write_all(text.to_uppercase().as_bytes()).expect("standard output takes text");
    match std::fs::File::open("/etc/passwd") {
        Ok(_) => writeln!(out, "/etc/passwd: opened"),
        Err(error) => writeln!(out, "/etc/passwd: {error}"),
    }
    .expect("standard output takes text");
}
