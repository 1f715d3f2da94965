//! What a channel costs: round trips of a number, and the throughput of messages.
//!
//! ```text
//! cargo bench -p sandbox2-client --bench comms
//! ```
//!
//! The floor is a bare pair of sockets in the plainest way. Beside it: a channel over its socket, one over shared memory of its default
//! size, the crate `ipc-channel`, and, as a ceiling for bytes, both sides copying through a shared mapping without any word between them.
//! The other side is a child process. All take turns; medians; ratios to the floor (above 1: faster than it). What a `Buffer` costs is
//! measured in `buffer.rs`.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use ipc_channel::ipc;
use sandbox2_client::Comms;

const ROUNDS: usize = 9;
const ROUND_TRIPS: u32 = 20_000;
/// Sizes of messages, and how many of them.
const SIZES: [(usize, usize); 4] = [(1 << 10, 100_000), (64 << 10, 8_000), (1 << 20, 500), (16 << 20, 40)];

/// A way to send something, and a measurement of it.
type Way<'a> = (&'a str, Box<dyn Fn() -> Duration>);

fn main() {
    // `cargo test --benches` asks for a run without measuring.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let round_trips = || -> [Way; 4] {
        [
            ("bare socketpair", Box::new(bare_round_trips)),
            ("Comms, socket", Box::new(|| comms_round_trips(false))),
            ("Comms, shared", Box::new(|| comms_round_trips(true))),
            ("ipc-channel", Box::new(ipc_round_trips)),
        ]
    };
    compare("round trips of a u32 per second, free", &round_trips(), f64::from(ROUND_TRIPS));
    let all = affinity(None);
    affinity(Some(0));
    compare("round trips of a u32 per second, one processor", &round_trips(), f64::from(ROUND_TRIPS));
    restore(&all);
    for (size, count) in SIZES {
        let ways: [Way; 5] = [
            ("bare socketpair", Box::new(move || bare_messages(size, count))),
            ("Comms, socket", Box::new(move || comms_messages(false, size, count))),
            ("Comms, shared", Box::new(move || comms_messages(true, size, count))),
            ("ipc-channel", Box::new(move || ipc_messages(size, count))),
            ("memcpy", Box::new(move || copies(size, count))),
        ];
        let bytes = (size * count) as f64 / f64::from(1 << 20);
        compare(&format!("messages of {} KiB, MiB per second", size >> 10), &ways, bytes);
    }
}

fn compare(title: &str, ways: &[Way], amount: f64) {
    // `cargo bench … -- "one processor"` measures only that.
    if std::env::args().skip(1).any(|arg| !arg.starts_with("--") && !title.contains(&arg)) {
        return;
    }
    let mut times = vec![Vec::new(); ways.len()];
    for round in 0..ROUNDS {
        for turn in 0..ways.len() {
            // Each is first as often as the others.
            let way = (round + turn) % ways.len();
            times[way].push(ways[way].1());
        }
    }
    let rates: Vec<f64> = times
        .into_iter()
        .map(|mut times| {
            times.sort();
            amount / times[times.len() / 2].as_secs_f64()
        })
        .collect();
    println!("{title}");
    for ((name, _), rate) in ways.iter().zip(&rates) {
        println!("    {name:16} {rate:10.0}   ratio {:.2}", rate / rates[0]);
    }
}

/// The time that `ours` takes, while `theirs` runs in a child.
fn with_child<S>(pair: (S, S), theirs: impl FnOnce(S), ours: impl FnOnce(S)) -> Duration {
    let (one, other) = pair;
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
    // The other side is to be done, too.
    // SAFETY: the child is ours.
    unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
    start.elapsed()
}

fn sockets() -> (UnixStream, UnixStream) {
    UnixStream::pair().expect("a pair can be had")
}

fn bare_round_trips() -> Duration {
    let echo = |mut socket: UnixStream| {
        let mut number = [0; 4];
        while socket.read_exact(&mut number).is_ok() {
            socket.write_all(&number).expect("the other side listens");
        }
    };
    with_child(sockets(), echo, |mut socket| {
        for number in 0..ROUND_TRIPS {
            let mut back = [0; 4];
            socket.write_all(&number.to_le_bytes()).expect("the other side listens");
            socket.read_exact(&mut back).expect("the other side answers");
            assert_eq!(back, number.to_le_bytes());
        }
    })
}

/// The side that measures.
fn upgraded(socket: UnixStream, shared: bool) -> Comms {
    let mut comms = Comms::new(socket);
    if shared {
        comms.upgrade_to_shared_memory(None).expect("the other side accepts");
    }
    comms
}

/// The other one.
fn accepted(socket: UnixStream, shared: bool) -> Comms {
    let mut comms = Comms::new(socket);
    if shared {
        comms.accept_shared_memory().expect("the other side asks");
    }
    comms
}

fn comms_round_trips(shared: bool) -> Duration {
    let echo = |socket: UnixStream| {
        let mut comms = accepted(socket, shared);
        while let Ok(number) = comms.receive_u32() {
            comms.send_u32(number).expect("the other side listens");
        }
    };
    with_child(sockets(), echo, |socket| {
        let mut comms = upgraded(socket, shared);
        for number in 0..ROUND_TRIPS {
            comms.send_u32(number).expect("the other side listens");
            assert_eq!(comms.receive_u32(), Ok(number));
        }
    })
}

fn ipc_round_trips() -> Duration {
    let (there, back) = (ipc::bytes_channel(), ipc::bytes_channel());
    let ((send, receive), (answer, answered)) =
        (there.expect("a channel can be had"), back.expect("a channel can be had"));
    let pair = ((Some((send, answered)), None), (None, Some((receive, answer))));
    let echo = |(_, ends): (_, Option<(ipc::IpcBytesReceiver, ipc::IpcBytesSender)>)| {
        let (receive, answer) = ends.expect("they are for this side");
        while let Ok(number) = receive.recv() {
            answer.send(&number).expect("the other side listens");
        }
    };
    with_child(pair, echo, |(ends, _): (Option<(ipc::IpcBytesSender, ipc::IpcBytesReceiver)>, _)| {
        let (send, answered) = ends.expect("they are for this side");
        for number in 0..ROUND_TRIPS {
            send.send(&number.to_le_bytes()).expect("the other side listens");
            assert_eq!(answered.recv().expect("the other side answers"), number.to_le_bytes());
        }
    })
}

fn bare_messages(size: usize, count: usize) -> Duration {
    let send = move |mut socket: UnixStream| {
        let bytes = vec![7; size];
        (0..count).for_each(|_| socket.write_all(&bytes).expect("the other side listens"));
    };
    with_child(sockets(), send, |mut socket| {
        let mut place = vec![0; size];
        (0..count).for_each(|_| socket.read_exact(&mut place).expect("the other side sends"));
    })
}

fn comms_messages(shared: bool, size: usize, count: usize) -> Duration {
    let send = move |socket: UnixStream| {
        let (mut comms, bytes) = (accepted(socket, shared), vec![7; size]);
        (0..count).for_each(|_| comms.send_bytes(&bytes).expect("the other side listens"));
    };
    with_child(sockets(), send, |socket| {
        let (mut comms, mut place) = (upgraded(socket, shared), vec![0; size]);
        (0..count).for_each(|_| assert_eq!(comms.receive_bytes_into(&mut place), Ok(size)));
    })
}

fn ipc_messages(size: usize, count: usize) -> Duration {
    let (sender, receiver) = ipc::bytes_channel().expect("a channel can be had");
    let send = move |(_, sender): (_, Option<ipc::IpcBytesSender>)| {
        let (sender, bytes) = (sender.expect("it is for this side"), vec![7; size]);
        (0..count).for_each(|_| sender.send(&bytes).expect("the other side listens"));
    };
    with_child(
        ((Some(receiver), None), (None, Some(sender))),
        send,
        |(receiver, _): (Option<ipc::IpcBytesReceiver>, _)| {
            let receiver = receiver.expect("it is for this side");
            (0..count).for_each(|_| assert_eq!(receiver.recv().expect("the other side sends").len(), size));
        },
    )
}

/// One process copies into a shared mapping, the other out of it, at the same time.
fn copies(size: usize, count: usize) -> Duration {
    // SAFETY: the name ends with a zero.
    let file = unsafe { libc::memfd_create(c"bench".as_ptr(), libc::MFD_CLOEXEC) };
    assert!(file >= 0, "memory can be had");
    // SAFETY: the descriptor is new.
    let file = unsafe { OwnedFd::from_raw_fd(file) };
    // SAFETY: takes numbers alone.
    assert_eq!(unsafe { libc::ftruncate(file.as_raw_fd(), size as i64) }, 0);
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: the kernel chooses a place where nothing is.
    let memory = unsafe { libc::mmap(std::ptr::null_mut(), size, access, libc::MAP_SHARED, file.as_raw_fd(), 0) };
    assert_ne!(memory, libc::MAP_FAILED);
    let memory: *mut u8 = memory.cast();
    let bytes = vec![7; size];
    let mut place = vec![0; size];
    // What was never touched costs more: not what is measured.
    // SAFETY: the mapping is as large as the bytes.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory, size) };
    let write = || {
        for _ in 0..count {
            // SAFETY: as before.
            unsafe { std::ptr::copy_nonoverlapping(std::hint::black_box(bytes.as_ptr()), memory, size) };
        }
    };
    let read = |place: &mut [u8]| {
        for _ in 0..count {
            // SAFETY: as before; the other side always writes the same bytes.
            unsafe { std::ptr::copy_nonoverlapping(memory, std::hint::black_box(place.as_mut_ptr()), size) };
        }
    };
    let time = with_child(((), ()), |()| write(), |()| read(&mut place));
    // SAFETY: nobody uses the mapping any more.
    unsafe { libc::munmap(memory.cast(), size) };
    time
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
