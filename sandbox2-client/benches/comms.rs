//! What a channel costs beside a bare pair of sockets in the plainest way: round trips of a number, and the throughput of messages.
//!
//! ```text
//! cargo bench -p sandbox2-client
//! ```
//!
//! The other side is a child process. Floor and channel take turns; medians; ratios to the floor (above 1: the channel is faster).

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use sandbox2_client::Comms;

const ROUNDS: usize = 9;
const ROUND_TRIPS: u32 = 20_000;
/// Sizes of messages, and how many of them.
const SIZES: [(usize, usize); 4] = [(1 << 10, 100_000), (64 << 10, 8_000), (1 << 20, 500), (16 << 20, 40)];

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    compare("round trips of a u32, free", bare_round_trips, round_trips, f64::from(ROUND_TRIPS), "per second");
    let all = affinity(None);
    affinity(Some(0));
    compare("round trips of a u32, one processor", bare_round_trips, round_trips, f64::from(ROUND_TRIPS), "per second");
    restore(&all);
    for (size, count) in SIZES {
        let bytes = (size * count) as f64 / f64::from(1 << 20);
        let name = format!("messages of {} KiB", size >> 10);
        compare(&name, || bare_messages(size, count), || messages(size, count), bytes, "MiB per second");
    }
}

fn compare(name: &str, bare: impl Fn() -> Duration, channel: impl Fn() -> Duration, amount: f64, unit: &str) {
    let (mut floors, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        floors.push(bare());
        ours.push(channel());
    }
    let rate = |mut times: Vec<Duration>| {
        times.sort();
        amount / times[times.len() / 2].as_secs_f64()
    };
    let (floor, ours) = (rate(floors), rate(ours));
    println!("{name:38} bare {floor:10.0}   Comms {ours:10.0} {unit:15} ratio {:.2}", ours / floor);
}

/// The time that `ours` takes, while `theirs` runs in a child.
fn with_child(theirs: impl FnOnce(UnixStream), ours: impl FnOnce(UnixStream)) -> Duration {
    let (one, other) = UnixStream::pair().expect("a pair can be had");
    // SAFETY: this process has one thread.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "a child can be had");
    if child == 0 {
        drop(one);
        theirs(other);
        std::process::exit(0);
    }
    drop(other);
    let start = Instant::now();
    ours(one);
    let time = start.elapsed();
    // SAFETY: the child is ours.
    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    time
}

fn bare_round_trips() -> Duration {
    let echo = |mut socket: UnixStream| {
        let mut number = [0; 4];
        while socket.read_exact(&mut number).is_ok() {
            socket.write_all(&number).expect("the other side listens");
        }
    };
    with_child(echo, |mut socket| {
        for number in 0..ROUND_TRIPS {
            let mut back = [0; 4];
            socket.write_all(&number.to_le_bytes()).expect("the other side listens");
            socket.read_exact(&mut back).expect("the other side answers");
            assert_eq!(back, number.to_le_bytes());
        }
    })
}

fn round_trips() -> Duration {
    let echo = |socket: UnixStream| {
        let mut comms = Comms::new(socket);
        while let Ok(number) = comms.receive_u32() {
            comms.send_u32(number).expect("the other side listens");
        }
    };
    with_child(echo, |socket| {
        let mut comms = Comms::new(socket);
        for number in 0..ROUND_TRIPS {
            comms.send_u32(number).expect("the other side listens");
            assert_eq!(comms.receive_u32(), Ok(number));
        }
    })
}

fn bare_messages(size: usize, count: usize) -> Duration {
    let send = move |mut socket: UnixStream| {
        let bytes = vec![7; size];
        (0..count).for_each(|_| socket.write_all(&bytes).expect("the other side listens"));
    };
    with_child(send, |mut socket| {
        let mut place = vec![0; size];
        (0..count).for_each(|_| socket.read_exact(&mut place).expect("the other side sends"));
    })
}

fn messages(size: usize, count: usize) -> Duration {
    let send = move |socket: UnixStream| {
        let (mut comms, bytes) = (Comms::new(socket), vec![7; size]);
        (0..count).for_each(|_| comms.send_bytes(&bytes).expect("the other side listens"));
    };
    with_child(send, |socket| {
        let (mut comms, mut place) = (Comms::new(socket), vec![0; size]);
        (0..count).for_each(|_| assert_eq!(comms.receive_bytes_into(&mut place), Ok(size)));
    })
}

/// The processors that this process may run on; then only that one, if one is given.
fn affinity(only: Option<usize>) -> libc::cpu_set_t {
    // SAFETY: a set of zeros is the empty one.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one set.
    unsafe { libc::sched_getaffinity(0, size_of_val(&set), &raw mut set) };
    if let Some(processor) = only {
        // SAFETY: a set of zeros is the empty one.
        let mut one: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        // SAFETY: the set is ours, and has that processor.
        unsafe { libc::CPU_SET(processor, &mut one) };
        restore(&one);
    }
    set
}

fn restore(set: &libc::cpu_set_t) {
    // SAFETY: the kernel reads one set.
    unsafe { libc::sched_setaffinity(0, size_of_val(set), set) };
}
