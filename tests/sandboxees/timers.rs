//! Waits for a timer that tells of its end as the argument says, and says `over`: not at all (`none`), by a signal (`signal`), by one for this
//! thread (`thread-id`), by what the kernel makes of a thread (`raw-thread`), in a thread that the C library starts (`thread`).

use std::ffi::c_void;
use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering};

const CLOCK_MONOTONIC: i32 = 1;
const SIGUSR1: i32 = 10;
const SIGEV_SIGNAL: i32 = 0;
const SIGEV_NONE: i32 = 1;
const SIGEV_THREAD: i32 = 2;
const SIGEV_THREAD_ID: i32 = 4;
/// The numbers of `timer_create`, `timer_settime` and `timer_delete`.
const CALLS: [i64; 3] = if cfg!(target_arch = "x86_64") { [222, 223, 226] } else { [107, 110, 111] };

/// `struct sigevent`: what follows the way is a thread's number, or a function and its thread's attributes.
#[repr(C)]
struct Event {
    value: usize,
    signal: i32,
    way: i32,
    first: usize,
    second: usize,
    reserved: [u64; 4],
}

/// `struct itimerspec`: seconds and nanoseconds of the interval, and of the time to go.
type Times = [i64; 4];

unsafe extern "C" {
    fn timer_create(clock: i32, event: *mut Event, timer: *mut *mut c_void) -> i32;
    fn timer_settime(timer: *mut c_void, flags: i32, new: *const Times, old: *mut Times) -> i32;
    fn timer_gettime(timer: *mut c_void, times: *mut Times) -> i32;
    fn timer_getoverrun(timer: *mut c_void) -> i32;
    fn timer_delete(timer: *mut c_void) -> i32;
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    fn gettid() -> i32;
    fn syscall(nr: i64, ...) -> i64;
}

static OVER: AtomicBool = AtomicBool::new(false);

extern "C" fn handle(_: i32) {
    OVER.store(true, Ordering::Release);
}

extern "C" fn run(_: usize) {
    OVER.store(true, Ordering::Release);
}

fn main() {
    // SAFETY: the handler only stores.
    unsafe { signal(SIGUSR1, handle) };
    let event = |way, first| Event { value: 0, signal: SIGUSR1, way, first, second: 0, reserved: [0; 4] };
    match std::env::args().nth(1).as_deref() {
        Some("none") => wait(event(SIGEV_NONE, 0)),
        Some("signal") => wait(event(SIGEV_SIGNAL, 0)),
        // SAFETY: takes nothing.
        Some("thread-id") => wait(event(SIGEV_THREAD_ID, unsafe { gettid() } as usize)),
        Some("thread") => wait(event(SIGEV_THREAD, run as *const () as usize)),
        Some("raw-thread") => wait_without_library(event(SIGEV_THREAD, 0)),
        _ => panic!("no such way"),
    }
    println!("over");
}

const SOON: Times = [0, 0, 0, 1_000_000];

fn wait(mut event: Event) {
    let mut timer = std::ptr::null_mut();
    // SAFETY: an event, and a place for a timer.
    assert_eq!(unsafe { timer_create(CLOCK_MONOTONIC, &raw mut event, &raw mut timer) }, 0);
    // SAFETY: the timer was made; no old times are wanted.
    assert_eq!(unsafe { timer_settime(timer, 0, &SOON, std::ptr::null_mut()) }, 0);
    let over = || {
        let mut left = SOON;
        // SAFETY: the timer was made, and there is a place for its times.
        assert_eq!(unsafe { timer_gettime(timer, &raw mut left) }, 0);
        left == [0; 4]
    };
    while !over() || event.way != SIGEV_NONE && !OVER.load(Ordering::Acquire) {
        spin_loop();
    }
    // SAFETY: the timer was made.
    assert!(unsafe { timer_getoverrun(timer) } >= 0);
    // SAFETY: and is used no more.
    assert_eq!(unsafe { timer_delete(timer) }, 0);
}

fn wait_without_library(mut event: Event) {
    let [create, set, delete] = CALLS;
    let mut timer = 0_i32;
    // SAFETY: as the kernel takes it: its timers are numbers.
    assert_eq!(unsafe { syscall(create, CLOCK_MONOTONIC, &raw mut event, &raw mut timer) }, 0);
    // SAFETY: the timer was made; no old times are wanted.
    assert_eq!(unsafe { syscall(set, timer, 0, std::ptr::from_ref(&SOON), std::ptr::null::<Times>()) }, 0);
    while !OVER.load(Ordering::Acquire) {
        spin_loop();
    }
    // SAFETY: the timer is used no more.
    assert_eq!(unsafe { syscall(delete, timer) }, 0);
}
