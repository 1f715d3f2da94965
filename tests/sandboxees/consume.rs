//! Uses up what its argument names, until a limit stops it: `cpu`, `memory`, `descriptors`, `file PATH`, `wait`.

use std::hint::{black_box, spin_loop};
use std::io::Write;

unsafe extern "C" {
    fn pause() -> i32;
    fn dup(fd: i32) -> i32;
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("cpu") => loop {
            spin_loop();
        },
        Some("memory") => {
            let mut all: Vec<Vec<u8>> = Vec::new();
            for _ in 0..64 {
                let mut part = Vec::new();
                if part.try_reserve_exact(64 << 20).is_err() {
                    println!("refused after {}", all.len());
                    return;
                }
                part.push(black_box(1));
                all.push(part);
            }
            println!("took everything");
        }
        Some("descriptors") => {
            // SAFETY: copies a number.
            let last = (0..10_000).map(|_| unsafe { dup(1) }).take_while(|fd| *fd >= 0).last();
            println!("last {last:?}");
        }
        Some("file") => {
            let mut file = std::fs::File::create(&args[2]).expect("the file can be made");
            let block = [7_u8; 65536];
            for _ in 0..4096 {
                file.write_all(&block).expect("the file takes it");
            }
            println!("wrote everything");
        }
        _ => loop {
            // SAFETY: waits for a signal.
            unsafe { pause() };
        },
    }
}
