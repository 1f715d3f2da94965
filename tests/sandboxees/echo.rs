//! Copies standard input to standard output; with `close` it closes its standard output and then waits for the end of its
//! standard input.

use std::io::Read;

unsafe extern "C" {
    fn close(fd: i32) -> i32;
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("close") {
        // SAFETY: nothing writes to standard output after this.
        unsafe { close(1) };
        let mut rest = Vec::new();
        std::io::stdin().read_to_end(&mut rest).expect("standard input can be read");
    } else {
        std::io::copy(&mut std::io::stdin(), &mut std::io::stdout()).expect("standard output takes it");
    }
}
