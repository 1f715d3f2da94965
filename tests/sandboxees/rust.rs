//! Does what its argument says, with Rust's standard library, and says `done`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

fn main() {
    let what = std::env::args().nth(1).unwrap_or_default();
    match what.as_str() {
        "std" => std_alone(),
        "panic" => panic!("on purpose"),
        "abort" => std::process::abort(),
        "threads" => threads(),
        other => panic!("nobody knows how to do {other:?}"),
    }
    println!("done");
}

fn std_alone() {
    let map: HashMap<u32, &str> = [(1, "one"), (2, "two")].into();
    assert_eq!(map[&1], "one");
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("standard input can be read");
    let started = Instant::now();
    assert!(SystemTime::now() > SystemTime::UNIX_EPOCH);
    let mut large = vec![1_u8; 5_000_000];
    large.resize(9_000_000, 2);
    large.shrink_to(10);
    eprintln!("{} bytes, {} processors", large.len(), thread::available_parallelism().map_or(0, usize::from));
    assert!(std::env::var_os("NOBODY_SETS_THIS").is_none() && std::process::id() > 0);
    thread::sleep(Duration::from_millis(1));
    thread::yield_now();
    assert!(started.elapsed() >= Duration::from_millis(1));
}

fn threads() {
    thread_local!(static OWN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
    let workers: Vec<_> = (0..4)
        .map(|index| {
            let worker = thread::Builder::new().name(format!("worker {index}"));
            let work = move || {
                OWN.with(|own| own.borrow_mut().resize(200_000, 1));
                thread::park_timeout(Duration::from_millis(1));
                index
            };
            worker.spawn(work).expect("a thread can be had")
        })
        .collect();
    let sum: usize = workers.into_iter().map(|worker| worker.join().expect("no worker panics")).sum();
    assert_eq!(sum, 6);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || sender.send(7).expect("somebody listens"));
    });
    assert_eq!(receiver.recv(), Ok(7));
    let shared = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&shared);
    let setter = thread::spawn(move || {
        *theirs.0.lock().expect("nobody panics with it") = true;
        theirs.1.notify_all();
    });
    let mut set = shared.0.lock().expect("nobody panics with it");
    while !*set {
        set = shared.1.wait(set).expect("nobody panics with it");
    }
    drop(set);
    setter.join().expect("it does not panic");
    let parked = thread::spawn(thread::park);
    parked.thread().unpark();
    parked.join().expect("it does not panic");
}
