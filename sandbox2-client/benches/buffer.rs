//! What a buffer costs beside `memcpy` into and out of a shared mapping.
//!
//! ```text
//! cargo bench -p sandbox2-client --bench buffer
//! ```
//!
//! Floor and buffer take turns, over the same memory and the same private bytes; medians; ratios to the floor (above 1: the buffer is
//! faster).

use std::hint::black_box;
use std::time::Instant;

use sandbox2_client::Buffer;

const ROUNDS: usize = 41;
/// Sizes of copies, and how many of them make a measurement.
const SIZES: [(usize, u32); 4] = [(1 << 10, 100_000), (64 << 10, 4000), (1 << 20, 100), (16 << 20, 4)];

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    for (size, count) in SIZES {
        let buffer = Buffer::new(size).expect("a buffer can be had");
        let mut bytes = vec![7_u8; size];
        let shared = buffer.as_ptr();
        compare(
            &format!("write_at, {} KiB", size >> 10),
            size,
            count,
            &mut bytes,
            |bytes| {
                // SAFETY: nobody else uses the memory, and the two do not overlap.
                unsafe { libc::memcpy(shared.cast(), bytes.as_ptr().cast(), bytes.len()) };
            },
            |bytes| buffer.write_at(0, bytes).expect("it fits"),
        );
        compare(
            &format!("read_at, {} KiB", size >> 10),
            size,
            count,
            &mut bytes,
            |bytes| {
                // SAFETY: nobody else uses the memory, and the two do not overlap.
                unsafe { libc::memcpy(bytes.as_mut_ptr().cast(), shared.cast(), bytes.len()) };
            },
            |bytes| buffer.read_at(0, bytes).expect("it is there"),
        );
    }
}

/// Measures `count` copies of `size` bytes each way, in turns, and prints the medians.
fn compare(name: &str, size: usize, count: u32, bytes: &mut [u8], plain: impl Fn(&mut [u8]), ours: impl Fn(&mut [u8])) {
    let mut times = [Vec::new(), Vec::new()];
    // The first round is to touch all pages.
    for round in 0..=ROUNDS {
        for turn in 0..2 {
            // Each is first as often as the other.
            let way = (round + turn) % 2;
            let start = Instant::now();
            if way == 0 {
                (0..count).for_each(|_| plain(black_box(&mut *bytes)));
            } else {
                (0..count).for_each(|_| ours(black_box(&mut *bytes)));
            }
            if round > 0 {
                times[way].push(start.elapsed());
            }
        }
    }
    let [floor, ours] = times.map(|mut times| {
        times.sort();
        size as f64 * f64::from(count) / f64::from(1 << 20) / times[times.len() / 2].as_secs_f64()
    });
    println!("{name:20} memcpy {floor:7.0}   Buffer {ours:7.0} MiB per second   ratio {:.2}", ours / floor);
}
